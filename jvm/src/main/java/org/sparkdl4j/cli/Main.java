package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * The jar's main class: {@code train}, {@code evaluate} and {@code predict}, with the option names
 * of the Python command {@code sparkdl4j}. Started by {@code java -jar} it works on this machine,
 * started by {@code spark-submit} on the cluster.
 */
public final class Main {
  private static final int OK = 0;
  private static final int ERROR = 1;
  private static final int USAGE = 2;

  /** Ctrl-C. */
  static final int INTERRUPTED = 130;

  private Main() {}

  /** Runs a command and leaves with 0, 1 for an error, 2 for wrong usage, or 130. */
  public static void main(String[] arguments) {
    int code = run(Arrays.asList(arguments), System.out, System.err);
    // A program that exits by itself has failed, in the eyes of a cluster that runs its driver.
    if (code != OK || !Submission.isSubmitted()) System.exit(code);
  }

  /** Runs a command; the exit code. */
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    boolean debug = arguments.contains("--debug");
    try {
      Configuration configuration = Configuration.of(arguments);
      debug |= configuration.isOn("debug");
      Console console = new Console(arguments, configuration, out, err);
      console.forPrograms(command(arguments, configuration).run(console));
      return OK;
    } catch (UsageException e) {
      err.println("sparkdl4j: " + e.getMessage() + "\n" + USAGE_TEXT);
      return USAGE;
    } catch (SparkDl4jException e) {
      if (debug) e.printStackTrace(err);
      err.println("sparkdl4j: error: " + e.getMessage());
      return e.code().name().startsWith("PARAMETER_") ? USAGE : ERROR;
    }
  }

  private static Command command(List<String> arguments, Configuration configuration) {
    if (arguments.isEmpty()) throw new UsageException("a command is missing");
    List<String> rest = arguments.subList(1, arguments.size());
    switch (arguments.get(0)) {
      case "train":
        return new TrainCommand(rest, configuration);
      case "evaluate":
        return new EvaluateCommand(rest, configuration);
      case "predict":
        return new PredictCommand(rest, configuration);
      default:
        throw new UsageException("there is no command " + arguments.get(0));
    }
  }

  private static final String USAGE_TEXT =
      "usage: train DATA [--test DATA|FRACTION] [--validation DATA|FRACTION] [--network NAME|FILE]"
          + " [--size 75|60x80] [--model FILE] [--report DIR] [--OPTION VALUE ...]\n"
          + "       evaluate MODEL DATA [--report DIR] [--max-damaged SHARE]\n"
          + "       predict MODEL PATH ... [--out FILE|FILE.jsonl]\n"
          + "       each with [--config FILE] [--quiet] [--json] [--debug]";
}
