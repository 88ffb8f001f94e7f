package org.sparkdl4j.cli;

import org.sparkdl4j.file.FileStore;

/** Whether spark-submit has started this program, which then works on its cluster. */
final class Submission {
  private Submission() {}

  static boolean isSubmitted() {
    // spark-submit hands its settings over as system properties, in every deploy mode.
    return System.getProperty("spark.master") != null;
  }

  /**
   * Checks that a path is one of this machine, unless the program was submitted.
   *
   * @throws UsageException for a URL
   */
  static void requireReachable(String path) {
    if (FileStore.isUrl(path) && !isSubmitted()) {
      throw new UsageException(
          path
              + " can be reached on Spark only: run this with spark-submit --master URL --class "
              + Main.class.getName());
    }
  }
}
