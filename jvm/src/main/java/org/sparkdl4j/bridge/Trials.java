package org.sparkdl4j.bridge;

import java.nio.file.Path;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.TrialResult;
import org.sparkdl4j.model.TrialTraining;
import org.sparkdl4j.spec.Json;

/** The trials of a search in this process. */
public final class Trials {
  private Trials() {}

  /**
   * A training of a trial, or a part of one, that has not started.
   *
   * @param request JSON, as {@link TrialTraining} takes it
   * @param train labelled pictures, whose memory outlives the training; many trials may share them
   * @param validation likewise; null for none
   */
  public static TrialTraining of(String request, LabeledImages train, LabeledImages validation) {
    return new TrialTraining(Json.readObject(request, "the request"), train, validation);
  }

  /**
   * Trains; the calling thread waits.
   *
   * @param resume path of the checkpoint to go on from; null for none
   * @param checkpoint path of a file that receives a training that is paused
   */
  public static TrialResult run(TrialTraining trial, String resume, String checkpoint) {
    return trial.run(resume == null ? null : Path.of(resume), Path.of(checkpoint), () -> false);
  }
}
