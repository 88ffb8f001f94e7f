package org.sparkdl4j.spark;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** A description of ours, with the options that fill what it leaves unset. */
final class DescribedNetwork implements NetworkSource {
  private static final long serialVersionUID = 1;

  private final String network;
  private final String options;

  DescribedNetwork(NetworkSpec network, ObjectNode options) {
    this.network = Json.write(network.toJson());
    this.options = Json.write(options);
  }

  @Override
  public NetworkConfiguration configuration(int[] inputShape, int classes, int seed) {
    Options filling = new Options("network", Json.readObject(options, "the network options"));
    return NetworkSpec.of(Json.readObject(network, "the network"))
        .toConfiguration(inputShape, classes, filling, seed);
  }
}
