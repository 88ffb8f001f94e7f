package org.sparkdl4j.spark;

import java.io.Serializable;
import org.sparkdl4j.network.NetworkConfiguration;

/** What a run's network is made from, on the driver and in the executors alike. */
interface NetworkSource extends Serializable {
  /**
   * DL4J's configuration.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param seed of the first weights, where the source has none of its own
   */
  NetworkConfiguration configuration(int[] inputShape, int classes, int seed);
}
