package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.PlanCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

class SaliencyTest {
  private static final int COUNT = 7;
  private static final int SIDE = 8;
  private static final String NETWORK =
      "{\"layers\": [{\"type\": \"Conv2D\", \"filters\": 5, \"kernel_size\": [3, 3],"
          + " \"padding\": \"same\"}, {\"type\": \"Dropout\", \"rate\": 0.5},"
          + " {\"type\": \"GlobalPool\"}, {\"type\": \"Output\"}]}";

  /**
   * With means of maps before the output layer, Grad-CAM is CAM (Zhou et al., 2016): maps weighted
   * by the weights of the class.
   */
  @Test
  void isCamWhereMeansOfMapsAreWeighted() {
    ImageClassifier classifier = classifier();
    try (LabeledImages images = images();
        FloatPointer seen = new FloatPointer((long) COUNT * SIDE * SIDE)) {
      int[] classes = {0, 1, 2, 0, 1, 2, 0};
      Saliency.of(classifier, images, classes, null, seen.address());
      MultiLayerNetwork network = (MultiLayerNetwork) classifier.core().network();
      INDArray maps = network.feedForward(pictures(classifier, images), false).get(1);
      INDArray weights = network.getOutputLayer().getParam("W");
      int positive = 0;
      for (int i = 0; i < COUNT; i++) {
        float[] expected = new float[SIDE * SIDE];
        float most = 0;
        for (int at = 0; at < expected.length; at++) {
          for (int k = 0; k < 5; k++) {
            expected[at] +=
                weights.getFloat(k, classes[i]) * maps.getFloat(i, k, at / SIDE, at % SIDE);
          }
          expected[at] = Math.max(0, expected[at]);
          most = Math.max(most, expected[at]);
        }
        for (int at = 0; at < expected.length; at++) {
          float found = seen.get((long) i * SIDE * SIDE + at);
          assertEquals(most == 0 ? 0 : expected[at] / most, found, 1e-4, i + ", " + at);
          positive += found > 0 ? 1 : 0;
        }
      }
      assertTrue(positive > 50, positive + " points");
    }
    classifier.close();
  }

  private static ImageClassifier classifier() {
    int[] shape = {SIDE, SIDE, 3};
    try (LabeledImages images = images()) {
      return new ImageClassifier(
          new PlanCore(
              NetworkSpec.of(Json.readObject(NETWORK, "network"))
                  .toConfiguration(shape, 3, new Options("network", Json.object()), 1),
              shape,
              CoreOptions.DEFAULT),
          StandardScaler.fit(ScalerKind.FEATURE, images),
          new DecodeOptions(SIDE, SIDE, 3),
          new ModelMetadata(
              Json.readObject(NETWORK, "network"),
              (ArrayNode) Json.of(List.of("a", "b", "c")),
              Json.object(),
              null));
    }
  }

  private static LabeledImages images() {
    PixelBlock block = PixelBlock.allocate(COUNT, SIDE, SIDE, 3);
    byte[] bytes = new byte[SIDE * SIDE * 3];
    Random random = new Random(5);
    for (int i = 0; i < COUNT; i++) {
      random.nextBytes(bytes);
      ByteBuffer row = block.row(i);
      row.put(bytes);
    }
    return new LabeledImages(block, null, null, List.of());
  }

  private static INDArray pictures(ImageClassifier classifier, LabeledImages images) {
    int[] shape = {SIDE, SIDE, 3};
    try (Minibatch minibatch = new Minibatch(images, classifier.scaler(), shape, shape, COUNT)) {
      minibatch.load(Selection.range(0, 0, COUNT));
      float[] values = new float[COUNT * SIDE * SIDE * 3];
      minibatch.features().get(values);
      return Nd4j.create(values, new long[] {COUNT, SIDE, SIDE, 3}, 'c').permute(0, 3, 1, 2);
    }
  }
}
