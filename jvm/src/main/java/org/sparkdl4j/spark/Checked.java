package org.sparkdl4j.spark;

import java.io.Serializable;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.training.ValidationResult;

/** What a worker finds out about the network at the end of an epoch. */
final class Checked implements Serializable {
  private static final long serialVersionUID = 1;

  /** Whether its predictions are free of NaN. */
  final boolean givesNumbers;

  /** How the worker's validation pictures are predicted; null without any. */
  final ValidationResult validation;

  private Checked(boolean givesNumbers, ValidationResult validation) {
    this.givesNumbers = givesNumbers;
    this.validation = validation;
  }

  static Checked of(ExecutorWorkers.Live live, NetworkState state, boolean withConfusion) {
    return new Checked(
        live.worker().predictsNumbers(state),
        live.validation() == null
            ? null
            : live.worker().validate(state, live.validation(), withConfusion));
  }
}
