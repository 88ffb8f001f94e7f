package org.sparkdl4j.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Where a command's words go. A command prints for people, and returns its result for programs:
 * with {@code --json} the latter alone goes to standard output; with {@code --quiet} nothing is
 * printed but errors, that JSON, and rows that were asked for.
 */
final class Console {
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  private final PrintStream out;
  private final PrintStream err;
  private final boolean isQuiet;
  private final boolean isJson;

  /** The console of a command with these arguments. */
  Console(List<String> arguments, Configuration configuration, PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    isQuiet = arguments.contains("--quiet") || configuration.isOn("quiet");
    isJson = arguments.contains("--json") || configuration.isOn("json");
  }

  /** Receives what was done, for people. */
  PrintStream results() {
    return isQuiet || isJson ? NOWHERE : out;
  }

  /** Receives progress, for people. */
  PrintStream progress() {
    return isQuiet ? NOWHERE : err;
  }

  /** Receives rows that were asked for on standard output. */
  PrintStream rows() {
    return out;
  }

  /** Whether a program reads along. */
  boolean isJson() {
    return isJson;
  }

  /** Prints a command's result where a program reads along; null for none. */
  void forPrograms(ObjectNode result) {
    if (isJson && result != null) out.println(result);
  }
}
