package org.sparkdl4j.training;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Options;

/**
 * Which layers of a network a run trains in which epoch, and how fast: from the last one on, one
 * more every {@code unfreeze_every} epochs (Howard and Ruder, Universal Language Model Fine-tuning
 * for Text Classification, 2018, sections 3.2 and 3.3). It follows from the options alone.
 */
public final class TrainedLayers {
  private static final String TRAINABLE = "trainable";
  private static final String ALL = "all";
  private static final String HEAD = "head";
  private static final Pattern LAST = Pattern.compile("last:([1-9][0-9]{0,5})");

  private final int most;
  private final int every;
  private final double decay;

  /**
   * Reads options of the group "training".
   *
   * @throws SparkDl4jException PARAMETER_RANGE
   */
  TrainedLayers(Options options) {
    most = most(options.string(TRAINABLE));
    every = options.integer("unfreeze_every");
    decay = options.number("layer_decay");
  }

  /** How many layers with parameters are ever trained, from the last one on; all where it says. */
  public int most() {
    return most;
  }

  /**
   * How many are trained in an epoch.
   *
   * @param epoch counted from 1
   */
  public int in(int epoch) {
    return every == 0 ? most : Math.min(most, 1 + (epoch - 1) / every);
  }

  /** By which the learning rate is multiplied from every layer to the one before. */
  public double decay() {
    return decay;
  }

  /** Whether some layers stay as they are, for some epochs at least. */
  public boolean freeze() {
    return most < Integer.MAX_VALUE || every > 0;
  }

  private static int most(String trainable) {
    if (trainable.equals(ALL)) return Integer.MAX_VALUE;
    if (trainable.equals(HEAD)) return 1;
    Matcher last = LAST.matcher(trainable);
    if (last.matches()) return Integer.parseInt(last.group(1));
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            "trainable must be \"all\", \"head\" or \"last:n\" with a number of layers, but is \""
                + trainable
                + "\"")
        .with("parameter", TRAINABLE);
  }
}
