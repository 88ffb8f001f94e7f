package org.sparkdl4j.plan;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.network.NetworkConfiguration;

/** Chooses who computes a network. */
public final class NetworkCores {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkCores.class);

  private NetworkCores() {}

  /**
   * The compute plan, or DL4J itself for networks with something that the plan lacks.
   *
   * @param configuration DL4J's configuration, whose seed gives the first weights
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param options how the plan computes it
   */
  public static NetworkCore of(
      NetworkConfiguration configuration, int[] inputShape, CoreOptions options) {
    String lacking = PlanGraph.lacks(configuration);
    if (lacking == null) return new PlanCore(configuration, inputShape, options);
    LOG.info(
        "The network runs on DL4J itself, which is slower: the compute plan lacks {}", lacking);
    return new Dl4jCore(configuration, inputShape);
  }
}
