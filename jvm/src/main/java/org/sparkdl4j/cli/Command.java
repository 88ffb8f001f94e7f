package org.sparkdl4j.cli;

import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** One command with its arguments, ready to run. */
interface Command {
  /**
   * Does the work.
   *
   * @return the result, for programs; null where the command has written it already
   */
  ObjectNode run(Console console);
}
