package org.sparkdl4j.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.plan.NetworkCore;

/** What a training takes over from a classifier of other classes: all but its output layer. */
final class Pretrained {
  private final float[] parameters;
  private final List<String> layers;
  private final int[] shape;
  private final String scaler;

  /** Copies what is taken over; the classifier may be closed afterwards. */
  Pretrained(ImageClassifier classifier) {
    NetworkCore core = classifier.core();
    float[] all = core.snapshot().parameters();
    parameters = new float[all.length - headLength(core)];
    System.arraycopy(all, 0, parameters, 0, parameters.length);
    layers = new ArrayList<>(core.layerNames());
    shape = core.inputShape();
    scaler = classifier.scaler().toJson().toString();
  }

  /**
   * Makes sure that its layers get the values that they were trained with.
   *
   * @throws SparkDl4jException DATA_SHAPE, PARAMETER_CONFLICT
   */
  void requireSameInput(DecodeOptions image, StandardScaler given) {
    if (shape[0] != image.height() || shape[1] != image.width() || shape[2] != image.channels()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          String.format(
              "the pretrained model takes pictures of %dx%dx%d (height x width x channels), but"
                  + " these are %dx%dx%d: read them at its size",
              shape[0], shape[1], shape[2], image.height(), image.width(), image.channels()));
    }
    if (!scaler.equals(given.toJson().toString())) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "the pretrained model has another scaler: its pictures must be standardised as those"
                  + " that it was trained on")
          .with("parameter", "standardize");
    }
  }

  /** A checksum of the parameters. */
  String checksum() {
    MessageDigest digest = Sha256.digest();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES);
    for (float value : parameters) {
      bytes.putFloat(0, value);
      digest.update(bytes.array());
    }
    return Sha256.hex(digest);
  }

  /**
   * Gives its parameters to a network with an output layer of its own.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT when it is another network
   */
  void giveTo(NetworkCore core) {
    NetworkState state = core.snapshot();
    int own = state.parameters().length - headLength(core);
    if (own != parameters.length || !layers.equals(core.layerNames())) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "the pretrained model is of another network: leave the network out, which is then"
                  + " that of the model")
          .with("parameter", "network");
    }
    System.arraycopy(parameters, 0, state.parameters(), 0, own);
    core.restore(state);
  }

  /** The parameters of the output layer, which are the last ones. */
  private static int headLength(NetworkCore core) {
    Model network = core.network();
    Layer head =
        network instanceof MultiLayerNetwork
            ? ((MultiLayerNetwork) network).getOutputLayer()
            : ((ComputationGraph) network).getOutputLayer(0);
    return Math.toIntExact(head.numParams());
  }
}
