package org.sparkdl4j.training;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.sparkdl4j.plan.NetworkCore;

/** Where a run's pictures are: on this machine ({@link LocalTraining}), or on a cluster. */
public interface MinibatchTrainings {
  /**
   * Prepares the training of a network.
   *
   * @param core the network
   * @param furtherCores gives new networks of the same configuration, which the training closes
   * @param options epochs, minibatch size, seed, workers
   * @param observations what the run tells of beside its curves
   * @param cancelled asked before every minibatch
   */
  MinibatchTraining of(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      TrainingOptions options,
      Observations observations,
      BooleanSupplier cancelled);

  /** Whether there are pictures to validate with. */
  boolean hasValidation();

  /**
   * Ends what the training waits for, where that would take long: it may throw {@link
   * CancelledException} then. Called from any thread once {@code cancelled} has become true.
   */
  default void cancel() {}

  /** Where: a checkpoint of one place is of no use in another. */
  String place();

  /** Pictures of an epoch. */
  long examplesPerEpoch(TrainingOptions options);

  /** The size of the largest minibatch. */
  int largestMinibatch(TrainingOptions options);
}
