package org.sparkdl4j.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.plan.NetworkCore;

/**
 * A network as it was at some moment of its training, to go back to. A copy of a large one would
 * take as much memory as its parameters and updater state themselves; so that one lies in a
 * temporary file, which has no name any more: however the process ends, nothing is left of it.
 */
final class KeptNetwork implements AutoCloseable {
  /** Bytes of a state that is kept in memory. */
  static final long LARGEST_IN_MEMORY = 16L << 20;

  private final NetworkCore core;

  /** Null where the state is in memory. */
  private FileChannel file;

  /** Null where the state is in the file. */
  private NetworkState state;

  /**
   * Keeps a network as it is now.
   *
   * @param largestInMemory bytes of a state above which it goes into a file
   */
  KeptNetwork(NetworkCore core, long largestInMemory) {
    this.core = core;
    if (core.stateBytes() > largestInMemory) file = temporaryFile();
    keep();
  }

  /** Keeps the network as it is now, and forgets what was kept before. */
  void keep() {
    if (file != null && isWritten()) return;
    state = core.snapshot(state);
  }

  /** Takes the network back to what was kept. */
  void restore() {
    if (file == null) {
      core.restore(state);
      return;
    }
    try {
      core.readState(file.position(0));
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_UNREADABLE,
          "the temporary file with the best network so far cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** What was kept; not copied, so valid until something else is kept. */
  NetworkState state() {
    if (file == null) return state;
    NetworkState now = core.snapshot();
    restore();
    NetworkState kept = core.snapshot();
    core.restore(now);
    return kept;
  }

  @Override
  public void close() {
    if (file == null) return;
    try {
      file.close();
    } catch (IOException e) {
      // It was to be deleted anyway.
    }
    file = null;
  }

  /** Writes the file; without room for it, the state goes into memory from now on. */
  private boolean isWritten() {
    try {
      core.writeState(file.position(0));
      return true;
    } catch (IOException e) {
      close();
      return false;
    }
  }

  private static FileChannel temporaryFile() {
    try {
      Path path = Files.createTempFile("sparkdl4j-kept-", null);
      return FileChannel.open(
          path,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      return null;
    }
  }
}
