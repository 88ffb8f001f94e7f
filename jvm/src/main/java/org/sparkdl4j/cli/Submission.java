package org.sparkdl4j.cli;

import java.util.regex.Pattern;

/** Whether spark-submit has started this program, which then works on its cluster. */
final class Submission {
  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://?.*");

  private Submission() {}

  static boolean isSubmitted() {
    // spark-submit hands its settings over as system properties, in every deploy mode.
    return System.getProperty("spark.master") != null;
  }

  /** Whether a path names a file system. */
  static boolean isUrl(String path) {
    return URL.matcher(path).matches();
  }

  /**
   * Checks that a path is one of this machine, unless the program was submitted.
   *
   * @throws UsageException for a URL
   */
  static void requireReachable(String path) {
    if (isUrl(path) && !isSubmitted()) {
      throw new UsageException(
          path
              + " can be reached on Spark only: run this with spark-submit --master URL --class "
              + Main.class.getName());
    }
  }
}
