package org.sparkdl4j.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The one exception of this library: a sentence for a person, a stable code for a program, and
 * details by name.
 *
 * <p>The sentence says what was wrong, where (file, column, parameter, value) and what to do.
 */
public final class SparkDl4jException extends RuntimeException {
  private final ErrorCode code;
  private final Map<String, Object> details = new LinkedHashMap<>();

  public SparkDl4jException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public SparkDl4jException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /**
   * Adds a detail.
   *
   * @param name a name in snake_case, such as {@code path} or {@code epoch}
   * @param value a string, number, boolean, or a list or map of these
   * @return this exception
   */
  public SparkDl4jException with(String name, Object value) {
    details.put(name, value);
    return this;
  }

  /** The class, the code and the sentence: where only this text arrives, nothing is lost. */
  @Override
  public String toString() {
    return getClass().getName() + ": " + code + ": " + getMessage();
  }

  /** The stable code. */
  public ErrorCode code() {
    return code;
  }

  /** The details by name, in the order in which they were added. */
  public Map<String, Object> details() {
    return Collections.unmodifiableMap(details);
  }
}
