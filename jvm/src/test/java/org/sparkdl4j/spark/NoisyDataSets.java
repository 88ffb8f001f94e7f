package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Pictures of noise, 2 channels of 10x12 floats, brighter in a third of the columns: the classes 0,
 * 1 and 2.
 */
final class NoisyDataSets {
  static final int HEIGHT = 10;
  static final int WIDTH = 12;
  static final int CHANNELS = 2;
  static final int CLASSES = 3;

  /** One of them. */
  static final class Example implements Serializable {
    private static final long serialVersionUID = 1;

    final int label;

    /** {@code [channels][height][width]}. */
    final float[][][] features = new float[CHANNELS][HEIGHT][WIDTH];

    Example(int label, Random random) {
      this.label = label;
      for (float[][] channel : features) {
        for (float[] row : channel) {
          for (int x = 0; x < WIDTH; x++) {
            row[x] = (float) random.nextGaussian() + (x / 4 == label ? 1 : 0);
          }
        }
      }
    }
  }

  private NoisyDataSets() {}

  static List<Example> examples(int count, long seed) {
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) examples.add(new Example(i % CLASSES, random));
    return examples;
  }

  /** Minibatches of at most so many examples, in another order for each shuffle. */
  static List<DataSet> dataSets(List<Example> examples, int size, long shuffle) {
    List<Example> order = new ArrayList<>(examples);
    Collections.shuffle(order, new Random(shuffle));
    List<DataSet> sets = new ArrayList<>();
    for (int from = 0; from < order.size(); from += size) {
      sets.add(dataSet(order.subList(from, Math.min(from + size, order.size()))));
    }
    return sets;
  }

  static DataSet dataSet(List<Example> examples) {
    float[][][][] features = new float[examples.size()][][][];
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples.size(), CLASSES);
    for (int i = 0; i < features.length; i++) {
      features[i] = examples.get(i).features;
      labels.putScalar(i, examples.get(i).label, 1);
    }
    return new DataSet(Nd4j.create(features), labels);
  }
}
