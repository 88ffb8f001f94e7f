package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** What every layer with weights has: how they begin and are regularised. Biases never are. */
final class Weights {
  private Weights() {}

  /** Sets both on DL4J's builder of the layer. */
  static <B extends BaseLayer.Builder<?>> B set(B builder, LayerJson layer, Settings settings) {
    String init = settings.string(layer, "weight_init").toUpperCase(Locale.ROOT);
    builder.weightInit(WeightInit.valueOf(init));
    builder.regularization(regularization(layer, settings));
    return builder;
  }

  private static List<Regularization> regularization(LayerJson layer, Settings settings) {
    List<Regularization> regularization = new ArrayList<>();
    double l1 = settings.number(layer, "l1");
    double l2 = settings.number(layer, "l2");
    double decay = settings.string("updater").equals("adamw") ? settings.number("weight_decay") : 0;
    if (l1 > 0) regularization.add(new L1Regularization(l1));
    if (l2 > 0) regularization.add(new L2Regularization(l2));
    if (decay > 0) regularization.add(new WeightDecay(decay, true));
    return regularization;
  }
}
