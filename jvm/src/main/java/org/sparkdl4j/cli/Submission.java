package org.sparkdl4j.cli;

import java.nio.file.Path;
import org.sparkdl4j.file.FileStore;

/** Whether spark-submit has started this program, which then works on its cluster. */
final class Submission {
  private Submission() {}

  static boolean isSubmitted() {
    // spark-submit hands its settings over as system properties, in every deploy mode.
    return System.getProperty("spark.master") != null;
  }

  /**
   * The folder of {@code --cache}; null for none.
   *
   * @throws UsageException where the program was submitted
   */
  static Path cache(Arguments arguments) {
    String folder = arguments.get("cache", null);
    if (folder != null && isSubmitted()) {
      throw new UsageException(
          "--cache is for one machine only; on a cluster leave it out: executors hold the decoded"
              + " pictures");
    }
    return folder == null ? null : Path.of(folder);
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
