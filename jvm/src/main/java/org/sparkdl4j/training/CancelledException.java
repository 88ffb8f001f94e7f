package org.sparkdl4j.training;

/**
 * What a {@link MinibatchTraining} throws when its run was cancelled in the midst of something. The
 * network has the state that it had before.
 */
public final class CancelledException extends RuntimeException {
  public CancelledException(Throwable cause) {
    super("cancelled", cause);
  }
}
