package org.sparkdl4j.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Takes the class of a picture from its path, with a regular expression. */
public final class NamePattern {
  private final Pattern pattern;

  /**
   * A pattern.
   *
   * @param expression has a group {@code label}, as Python or Java writes it
   * @throws SparkDl4jException PARAMETER_RANGE
   */
  public NamePattern(String expression) {
    // Python writes (?P<label>…) where Java writes (?<label>…).
    String java = expression.replace("(?P<", "(?<");
    if (!java.contains("(?<label>")) {
      throw wrong("must have a group named label, but is " + expression);
    }
    try {
      pattern = Pattern.compile(java);
    } catch (PatternSyntaxException e) {
      throw wrong("is not a regular expression: " + e.getDescription());
    }
  }

  /**
   * The class.
   *
   * @param path relative to the folder of all pictures
   * @return null when the path does not match
   */
  public String label(String path) {
    Matcher matcher = pattern.matcher(path);
    return matcher.find() ? matcher.group("label") : null;
  }

  /** Whether it also names groups, whose pictures belong together. */
  public boolean hasGroups() {
    return pattern.pattern().contains("(?<group>");
  }

  /** The pattern, as Java writes it. */
  public String expression() {
    return pattern.pattern();
  }

  /** The error for a picture without a {@link #label}. */
  public SparkDl4jException noLabel(String path) {
    return new SparkDl4jException(
            ErrorCode.DATA_NAME,
            path
                + " does not match name_pattern "
                + pattern
                + ": rename or remove it, or mend the pattern")
        .with("path", path);
  }

  private static SparkDl4jException wrong(String problem) {
    return new SparkDl4jException(ErrorCode.PARAMETER_RANGE, "name_pattern " + problem)
        .with("parameter", "name_pattern");
  }
}
