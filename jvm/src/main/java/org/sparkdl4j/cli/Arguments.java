package org.sparkdl4j.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.NearestName;
import org.sparkdl4j.spec.Options;

/**
 * Words and {@code --options} of a command line; the options that the contract defines are typed by
 * it.
 */
final class Arguments {
  /** What every command takes, without a value. */
  private static final Set<String> FLAGS = Set.of("debug", "quiet", "json");

  /** In front of an option that is true or false. */
  private static final String NOT = "no_";

  /** What the names of the options of augmentation begin with. */
  static final String AUGMENT = "augmentation_";

  /** What spark-submit takes, before the jar. */
  static final Set<String> SUBMIT_OPTIONS = Set.of("master", "conf");

  private final List<String> words = new ArrayList<>();
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Parses a command line.
   *
   * @param arguments what follows the command's name
   * @param configuration gives what they do not say
   * @param allowed the options' names in snake_case; every option takes a value, but those of the
   *     contract that are true or false
   * @throws UsageException for an unknown option, one without a value, or one with a value too many
   */
  Arguments(List<String> arguments, Configuration configuration, Set<String> allowed) {
    parse(configuration.words(allowed, FLAGS), allowed);
    Set<String> here = new HashSet<>(allowed);
    here.add("config");
    parse(arguments, here);
  }

  private void parse(List<String> arguments, Set<String> allowed) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        words.add(argument);
        continue;
      }
      int equals = argument.indexOf('=');
      String flag = equals < 0 ? argument : argument.substring(0, equals);
      String name = flag.substring(2).replace('-', '_');
      if (SUBMIT_OPTIONS.contains(name)) {
        throw new UsageException(
            flag
                + " is an option of spark-submit: run spark-submit "
                + flag
                + " … --class "
                + Main.class.getName()
                + " with the jar and the command");
      }
      boolean isNegated = name.startsWith(NOT) && allowed.contains(name.substring(NOT.length()));
      if (isNegated) name = name.substring(NOT.length());
      if (FLAGS.contains(name) || allowed.contains(name) && isBoolean(name)) {
        if (equals >= 0) throw new UsageException(flag + " takes no value");
        values.put(name, Boolean.toString(!isNegated));
        continue;
      }
      if (isNegated || !allowed.contains(name)) {
        String near = NearestName.of(name, allowed).replace('_', '-');
        throw new UsageException("there is no option " + flag + "; did you mean --" + near + "?");
      }
      if (equals < 0 && i + 1 == arguments.size())
        throw new UsageException(flag + " needs a value");
      values.put(name, equals < 0 ? arguments.get(++i) : argument.substring(equals + 1));
    }
  }

  private static boolean isBoolean(String name) {
    return Options.isBoolean(name.startsWith(AUGMENT) ? name.substring(AUGMENT.length()) : name);
  }

  /** The words, which must be so many. */
  List<String> words(int atLeast, int atMost, String what) {
    if (words.size() < atLeast || words.size() > atMost)
      throw new UsageException("expected " + what);
    return words;
  }

  /** The text of an option. */
  String get(String name, String orElse) {
    return values.getOrDefault(name, orElse);
  }

  /** Takes options for those that were not given; their names follow a prefix here. */
  void fill(ObjectNode options, String prefix) {
    options
        .fields()
        .forEachRemaining(
            option -> values.putIfAbsent(prefix + option.getKey(), option.getValue().asText()));
  }

  /** The options {@code --name-pattern} and {@code --unmatched}; null without a pattern. */
  NamePattern namePattern() {
    String expression = values.get("name_pattern");
    String unmatched = values.get("unmatched");
    if (expression != null) return new NamePattern(expression, unmatched);
    if (unmatched == null) return null;
    throw new UsageException(
        "--unmatched is about files that --name-pattern does not fit: give it");
  }

  /** The given options of one group of the contract, with values of the contract's types. */
  ObjectNode group(String group) {
    return group(group, "");
  }

  /** The same of a group whose options' names stand after a prefix here. */
  ObjectNode group(String group, String prefix) {
    ObjectNode given = Json.object();
    for (String name : Options.names(group)) put(given, group, name, prefix + name);
    return given;
  }

  /** Adds an option of a group to others where it is given, here under another name. */
  void put(ObjectNode given, String group, String name, String here) {
    String text = values.get(here);
    if (text == null) return;
    String type = Options.option(group, name).get("type").asText();
    try {
      if (type.equals("integer")) given.put(name, Integer.parseInt(text));
      else if (type.equals("number")) given.put(name, Double.parseDouble(text));
      else if (type.equals("boolean")) given.put(name, Boolean.parseBoolean(text));
      else if (type.equals("weights") && text.contains("=")) given.set(name, weights(text));
      else given.put(name, text);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "--" + here.replace('_', '-') + " must be of type " + type + ", but is " + text);
    }
  }

  /** Weights by class, as in {@code cat=2,dog=0.5}. */
  private static ObjectNode weights(String text) {
    ObjectNode weights = Json.object();
    for (String part : text.split(",", -1)) {
      int equals = part.lastIndexOf('=');
      String name = part.substring(0, Math.max(0, equals));
      weights.put(name, Double.parseDouble(part.substring(equals + 1)));
    }
    return weights;
  }
}
