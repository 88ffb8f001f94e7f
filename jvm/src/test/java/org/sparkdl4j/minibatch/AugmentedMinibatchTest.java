package org.sparkdl4j.minibatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.augmentation.Augmentation;
import org.sparkdl4j.augmentation.Mixup;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

class AugmentedMinibatchTest {
  private static final int[] SHAPE = {5, 4, 3};
  private static final int VALUES = 60;
  private static final String OPTIONS =
      "{'horizontal_flip':true,'shift':0.3,'rotation':30,'brightness':0.2,'erasing':0.5}";

  private final PixelBlock block = noise();
  private final int[] labels = IntStream.range(0, 20).map(i -> i % 3).toArray();
  private final LabeledImages view = new LabeledImages(block, null, labels, List.of("a", "b", "c"));
  private final StandardScaler none = StandardScaler.fit(ScalerKind.NONE, view);

  @AfterEach
  void close() {
    none.close();
    block.close();
  }

  @Test
  void pictureByPictureTheSameInEveryMinibatchAndWithAnyThreads() {
    float[] all = values(OPTIONS, 1, new Selection(1, 2, IntStream.range(0, 20).toArray()));
    int[] some = {7, 3, 19, 3, 0};
    for (int threads = 1; threads < 9; threads++) {
      float[] found = values(OPTIONS, threads, new Selection(5, 2, some));
      for (int i = 0; i < some.length; i++) {
        assertArrayEquals(picture(all, some[i]), picture(found, i), "threads " + threads);
      }
    }
    float[] other = values(OPTIONS, 2, new Selection(1, 3, IntStream.range(0, 20).toArray()));
    assertFalse(Arrays.equals(all, other));
  }

  /** Pictures next to each other are not read where they are, which would be unchanged. */
  @Test
  void neighboursAreChangedTooAndTheBlockIsNot() {
    float[] before = values("{}", 1, Selection.range(1, 0, 20));
    float[] changed = values(OPTIONS, 2, Selection.range(1, 0, 20));
    assertFalse(Arrays.equals(before, changed));
    values("{'mixup':0.5}", 1, Selection.range(1, 0, 20));
    assertArrayEquals(before, values("{}", 1, Selection.range(1, 0, 20)));
  }

  @Test
  void mixupMixesPicturesLabelsAndWeights() {
    float[] weights = new float[20];
    for (int i = 0; i < 20; i++) weights[i] = i % 5;
    LabeledImages weighted = view.withWeights(weights);
    float[] plain = values("{}", 1, Selection.range(1, 0, 20));
    Mixup mixup = new Mixup(0.8, 11, 9, 20);
    try (Minibatch minibatch = minibatch(weighted, "{'mixup':0.8}", 1)) {
      minibatch.load(Selection.range(9, 0, 20));
      Targets targets = minibatch.targets();
      float[] mixed = new float[20 * VALUES];
      minibatch.features().get(mixed);
      for (int i = 0; i < 20; i++) {
        int partner = mixup.partner(i);
        double share = mixup.share(i);
        assertEquals(labels[i], targets.labels()[i]);
        assertEquals(labels[partner], targets.others()[i]);
        double weight = share * weights[i] + (1 - share) * weights[partner];
        assertEquals(weight, targets.weights()[i], 1e-5);
        assertEquals(share * weights[i], targets.share(i) * weight, 1e-5);
        for (int k = 0; k < VALUES; k++) {
          double expected =
              share * plain[i * VALUES + k] + (1 - share) * plain[partner * VALUES + k];
          assertEquals(expected, mixed[i * VALUES + k], 0.51);
        }
      }
    }
  }

  @Test
  void theLargerShareIsWhatAPictureShows() {
    Targets targets =
        Targets.of(new int[] {0, 0, 0}, new int[] {1, 1, 1}, new double[] {0.6, 0.5, 0.4}, null);
    assertEquals(0, targets.largest(0));
    assertEquals(0, targets.largest(1));
    assertEquals(1, targets.largest(2));
  }

  @Test
  void nothingIsLeftBehindAndFailuresComeThrough() throws InterruptedException {
    values(OPTIONS, 2, Selection.range(1, 0, 20));
    long before = Pointer.totalBytes();
    try (Minibatch minibatch = minibatch(view, OPTIONS, 4)) {
      minibatch.load(Selection.range(1, 0, 20));
      assertThrows(
          SparkDl4jException.class,
          () -> minibatch.load(new Selection(1, 1, new int[] {0, 1, 2, 3, 4, 5, 99})));
    }
    assertEquals(before, Pointer.totalBytes());
    for (int i = 0; i < 200 && threads() > 0; i++) Thread.sleep(10);
    assertEquals(0, threads());
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("sparkdl4j-pictures"))
        .count();
  }

  private float[] values(String options, int threads, Selection selection) {
    try (Minibatch minibatch = minibatch(view, options, threads)) {
      minibatch.load(selection);
      float[] values = new float[selection.size() * VALUES];
      minibatch.features().get(values);
      return values;
    }
  }

  private Minibatch minibatch(LabeledImages images, String options, int threads) {
    Augmentation augmentation =
        new Augmentation(Json.readObject(options.replace('\'', '"'), "options"));
    assertTrue(threads > 0);
    return new Minibatch(
        images, none, SHAPE, SHAPE, 20, new SeededAugmentation(augmentation, 11), threads);
  }

  private static float[] picture(float[] values, int i) {
    return Arrays.copyOfRange(values, i * VALUES, (i + 1) * VALUES);
  }

  private static PixelBlock noise() {
    // Before javacpp's pointers, as everywhere.
    Nd4j.getEnvironment();
    PixelBlock block = PixelBlock.allocate(20, SHAPE[0], SHAPE[1], SHAPE[2]);
    Random random = new Random(1);
    byte[] picture = new byte[VALUES];
    for (int i = 0; i < 20; i++) {
      random.nextBytes(picture);
      block.write(i, picture);
    }
    return block;
  }
}
