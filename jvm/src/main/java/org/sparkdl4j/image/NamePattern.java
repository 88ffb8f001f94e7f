package org.sparkdl4j.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Takes class, group and further columns of a picture from its path, with a regular expression. */
public final class NamePattern {
  /** The named part of the expression that is the class. */
  public static final String LABEL = "label";

  /** The one that is the group: a patient, say. */
  public static final String GROUP = "group";

  /** Columns that tables of pictures have anyway. */
  private static final Set<String> TAKEN = Set.of("path", "class", "image");

  private static final String OWN_GROUP = "own-group";

  /** Python writes {@code (?P<name>…)} where Java writes {@code (?<name>…)}. */
  private static final Pattern NAMED = Pattern.compile("\\(\\?P?<([A-Za-z_][A-Za-z0-9_]*)>");

  private final String given;
  private final boolean takesUnmatched;

  /** Java's names of the parts by their own: Java allows no underscore in a name. */
  private final Map<String, String> javaNames = new LinkedHashMap<>();

  private final Pattern pattern;

  /**
   * A pattern.
   *
   * @param expression as Python or Java writes it, with at least one named part; without one named
   *     {@link #LABEL}, the class is the subfolder's name
   * @param unmatched the option of that name: {@code error}, or {@code own-group} for a file that
   *     does not match to be a group of its own, of the class that its subfolder names; null for
   *     the default
   * @throws SparkDl4jException PARAMETER_RANGE, PARAMETER_CONFLICT
   */
  public NamePattern(String expression, String unmatched) {
    given = expression;
    takesUnmatched =
        new Options("names", Json.object().put("unmatched", unmatched))
            .string("unmatched")
            .equals(OWN_GROUP);
    try {
      pattern = Pattern.compile(inJava(expression));
    } catch (PatternSyntaxException e) {
      throw wrong("is not a regular expression: " + e.getDescription());
    }
    if (javaNames.isEmpty()) {
      throw wrong("must name a part, as in (?P<label>[^_]+)_, but is " + expression);
    }
    for (String name : javaNames.keySet()) {
      if (TAKEN.contains(name)) throw wrong("must name no part " + name + ": pictures have it");
    }
    if (takesUnmatched && !javaNames.containsKey(GROUP)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "unmatched=own-group needs a part (?P<group>…) in name_pattern")
          .with("parameter", "unmatched");
    }
  }

  /** The names of the parts beside the class, in their order. */
  public List<String> columns() {
    return javaNames.keySet().stream()
        .filter(name -> !name.equals(LABEL))
        .collect(Collectors.toList());
  }

  /** Whether the pattern tells the class. */
  public boolean hasLabel() {
    return javaNames.containsKey(LABEL);
  }

  /** Whether a file that does not match is a group of its own, and not an error. */
  public boolean takesUnmatched() {
    return takesUnmatched;
  }

  /** The names of the parts that a path must hold to match: class and group, where there are. */
  public List<String> required() {
    return javaNames.keySet().stream()
        .filter(name -> name.equals(LABEL) || name.equals(GROUP))
        .collect(Collectors.toList());
  }

  /**
   * The class of a file.
   *
   * @param path relative to the folder of all pictures, with slashes
   * @param folder the subfolder's name; null where there is none
   * @return null when the path does not match, and that is an error
   */
  public String label(String path, String folder) {
    Matcher matcher = pattern.matcher(path);
    boolean matches = matcher.find();
    for (String name : required()) {
      String part = matches ? matcher.group(javaNames.get(name)) : null;
      matches = part != null && !part.isEmpty();
    }
    if (!matches) return takesUnmatched ? folder : null;
    return hasLabel() ? matcher.group(javaNames.get(LABEL)) : folder;
  }

  /** Whether it also names groups, whose pictures belong together. */
  public boolean hasGroups() {
    return javaNames.containsKey(GROUP);
  }

  /** The pattern, as Java writes it. */
  public String expression() {
    return pattern.pattern();
  }

  /** What stands for a part in Java's replacements. */
  public String replacement(String name) {
    return "${" + javaNames.get(name) + "}";
  }

  /** The error for a picture without a {@link #label}. */
  public SparkDl4jException noLabel(String path) {
    return new SparkDl4jException(
            ErrorCode.DATA_NAME,
            path
                + " does not match name_pattern "
                + given
                + (hasLabel() && !takesUnmatched ? "" : ", or no subfolder names its class")
                + ": rename or remove it, or mend the pattern")
        .with("path", path);
  }

  private String inJava(String expression) {
    StringBuffer java = new StringBuffer();
    Matcher matcher = NAMED.matcher(expression);
    while (matcher.find()) {
      String name = "part" + javaNames.size();
      if (javaNames.put(matcher.group(1), name) != null) {
        throw wrong("names the part " + matcher.group(1) + " twice");
      }
      matcher.appendReplacement(java, "(?<" + name + ">");
    }
    String named = matcher.appendTail(java).toString();
    for (Map.Entry<String, String> each : new ArrayList<>(javaNames.entrySet())) {
      named =
          named
              .replace("(?P=" + each.getKey() + ")", "\\k<" + each.getValue() + ">")
              .replace("\\k<" + each.getKey() + ">", "\\k<" + each.getValue() + ">");
    }
    return named;
  }

  private static SparkDl4jException wrong(String problem) {
    return new SparkDl4jException(ErrorCode.PARAMETER_RANGE, "name_pattern " + problem)
        .with("parameter", "name_pattern");
  }
}
