package org.sparkdl4j.cli;

import java.io.PrintStream;

/** One command with its arguments, ready to run. */
interface Command {
  /**
   * Does the work.
   *
   * @param out receives results
   * @param err receives progress
   */
  void run(PrintStream out, PrintStream err);
}
