package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.minibatch.Minibatch;

class TrainingOrderTest {
  @Test
  void everyEpochIsShuffledAnew() {
    List<float[]> minibatches = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    read(new TrainingOrder(10, 4, 2, 77, 0, 1), minibatches, numbers);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), numbers);
    for (int epoch = 1; epoch <= 2; epoch++) {
      int[] shuffled = SeededOrder.permutation(10, 77, epoch);
      float[] joined = new float[10];
      int at = 0;
      for (int i = 0; i < 3; i++) {
        for (float picture : minibatches.get((epoch - 1) * 3 + i)) joined[at++] = picture;
      }
      for (int i = 0; i < 10; i++) assertEquals(shuffled[i], joined[i]);
    }
    assertEquals(2, minibatches.get(2).length);
  }

  @Test
  void workersShareTheMinibatchesInTurn() {
    List<float[]> all = new ArrayList<>();
    read(new TrainingOrder(23, 3, 3, 5, 0, 1), all, new ArrayList<>());
    for (int workers : new int[] {2, 3, 8, 9}) {
      for (int worker = 0; worker < workers; worker++) {
        List<float[]> own = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        read(new TrainingOrder(23, 3, 3, 5, worker, workers), own, numbers);
        List<Long> expected = new ArrayList<>();
        for (int number = 1; number <= 24; number++) {
          if ((number - 1) % 8 % workers == worker) expected.add((long) number);
        }
        assertEquals(expected, numbers);
        for (int i = 0; i < numbers.size(); i++) {
          assertArrayEquals(all.get(numbers.get(i).intValue() - 1), own.get(i));
        }
      }
    }
  }

  @Test
  void endsWhereItEnds() {
    TrainingOrder none = new TrainingOrder(4, 4, 9, 1, 1, 2);
    assertFalse(none.hasNext());
    assertThrows(NoSuchElementException.class, none::next);
  }

  /** Pictures of one pixel, whose value is their number. */
  private static void read(TrainingOrder order, List<float[]> minibatches, List<Long> numbers) {
    try (PixelBlock block = PixelBlock.allocate(23, 1, 1, 1)) {
      for (int i = 0; i < 23; i++) block.write(i, new byte[] {(byte) i});
      LabeledImages view = new LabeledImages(block, null, null, List.of());
      StandardScaler none = StandardScaler.fit(ScalerKind.NONE, view);
      int[] shape = none.shape();
      try (Minibatch minibatch = new Minibatch(view, none, shape, shape, 4)) {
        while (order.hasNext()) {
          minibatch.load(order.next());
          FloatPointer features = minibatch.features();
          float[] pictures = new float[minibatch.size()];
          features.get(pictures);
          minibatches.add(pictures);
          numbers.add(minibatch.number());
        }
      }
    }
  }
}
