package org.sparkdl4j.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.nd4j.shade.jackson.dataformat.toml.TomlMapper;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.NearestName;
import org.sparkdl4j.spec.Options;

/**
 * The file of {@code --config}: TOML whose keys are options of the command, without the dashes at
 * their front; {@code -} and {@code _} count as equal. What the command line says itself wins.
 */
final class Configuration {
  private static final String OPTION = "--config";

  /** Groups of the contract whose options stand under their own names. */
  private static final List<String> PLAIN =
      List.of("training", "network", "image", "data", "names");

  /** Groups of the contract whose options stand after the group's name. */
  private static final List<String> PREFIXED =
      List.of("augmentation", "checkpoint", "early_stopping", "reduce_on_plateau");

  private final String file;
  private final ObjectNode values;

  private Configuration(String file, ObjectNode values) {
    this.file = file;
    this.values = values;
  }

  /**
   * The configuration that a command line names, or an empty one.
   *
   * @throws UsageException without a name
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_FORMAT
   */
  static Configuration of(List<String> arguments) {
    String file = null;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.startsWith(OPTION + "=")) file = argument.substring(OPTION.length() + 1);
      if (!argument.equals(OPTION)) continue;
      if (i + 1 == arguments.size()) throw new UsageException(OPTION + " needs a value");
      file = arguments.get(i + 1);
    }
    return new Configuration(file, file == null ? Json.object() : read(file));
  }

  /** Whether an option without a value is true. */
  boolean isOn(String flag) {
    return values.path(flag).asBoolean();
  }

  /**
   * Its options as words of a command line.
   *
   * @param allowed the options of the command, in snake_case
   * @param flags those of them that take no value and are not the contract's
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE, with the file
   */
  List<String> words(Set<String> allowed, Set<String> flags) {
    List<String> words = new ArrayList<>();
    Set<String> known = new TreeSet<>(allowed);
    known.addAll(flags);
    for (Iterator<Map.Entry<String, JsonNode>> fields = values.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      String name = field.getKey();
      if (Arguments.SUBMIT_OPTIONS.contains(name)) {
        throw wrong(
            ErrorCode.PARAMETER_UNKNOWN,
            name,
            name + " is an option of spark-submit: give it there, and leave it out here");
      }
      if (!known.contains(name)) {
        throw wrong(
            ErrorCode.PARAMETER_UNKNOWN,
            name,
            "there is no option " + name + "; did you mean " + NearestName.of(name, known) + "?");
      }
      JsonNode value = field.getValue();
      if (flags.contains(name)) requireBoolean(name, value);
      else check(name, value);
      String flag = "--" + name.replace('_', '-');
      if (!value.isBoolean()) words.add(flag + "=" + text(value));
      else if (value.asBoolean()) words.add(flag);
      else if (!flags.contains(name)) words.add("--no" + flag.substring(1));
    }
    return words;
  }

  private static ObjectNode read(String file) {
    try {
      ObjectNode values = Json.object();
      JsonNode tree = new TomlMapper().readTree(Files.readString(Path.of(file)));
      tree.fields()
          .forEachRemaining(
              field -> values.set(field.getKey().replace('-', '_'), field.getValue()));
      return values;
    } catch (NoSuchFileException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_NOT_FOUND, "the configuration file " + file + " does not exist", e);
    } catch (JsonProcessingException e) {
      throw noToml(file, e.getOriginalMessage() + " in line " + e.getLocation().getLineNr(), e);
    } catch (CharacterCodingException e) {
      throw noToml(file, "it is not in UTF-8", e);
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_UNREADABLE, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The contract's options have its types and bounds; others are texts. */
  private void check(String name, JsonNode value) {
    for (String group : PLAIN) {
      if (Options.names(group).contains(name)) {
        check(group, name, name, value);
        return;
      }
    }
    for (String group : PREFIXED) {
      // What is asked for by its patience stands under the group's name.
      String own = name.equals(group) ? "patience" : name.replaceFirst("^" + group + "_", "");
      if (name.startsWith(group) && Options.names(group).contains(own)) {
        check(group, own, name, value);
        return;
      }
    }
    if (!value.isTextual() && !value.isNumber()) {
      throw wrong(
          ErrorCode.PARAMETER_TYPE, name, name + " must be a text, but is " + Json.write(value));
    }
  }

  private void check(String group, String own, String name, JsonNode value) {
    try {
      new Options(group, Json.object().set(own, value));
    } catch (SparkDl4jException e) {
      throw wrong(e.code(), name, e.getMessage().replaceFirst("^" + own + " ", name + " "));
    }
  }

  private void requireBoolean(String name, JsonNode value) {
    if (value.isBoolean()) return;
    throw wrong(
        ErrorCode.PARAMETER_TYPE,
        name,
        name + " must be true or false, but is " + Json.write(value));
  }

  private static String text(JsonNode value) {
    if (!value.isObject()) return value.asText();
    // Weights by class, which the check has let through.
    List<String> parts = new ArrayList<>();
    value.fields().forEachRemaining(part -> parts.add(part.getKey() + "=" + part.getValue()));
    return String.join(",", parts);
  }

  private SparkDl4jException wrong(ErrorCode code, String name, String message) {
    return new SparkDl4jException(code, file + ": " + message)
        .with("path", file)
        .with("parameter", name);
  }

  private static SparkDl4jException noToml(String file, String why, IOException cause) {
    return new SparkDl4jException(
            ErrorCode.DATA_FORMAT, file + " is not a TOML file: " + why, cause)
        .with("path", file);
  }
}
