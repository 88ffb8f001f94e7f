package org.sparkdl4j.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import scala.Tuple2;

/**
 * The examples of a partition's DataSets, one by one: channels last, as our own pictures are, and
 * with the key by which they are dealt out.
 */
final class DataSetExamples implements Iterator<Tuple2<PictureKey, PictureRecord>> {
  private final Iterator<DataSet> dataSets;
  private final ExampleFormat format;
  private final long seed;

  /** Of the present DataSet, row by row. */
  private float[] features = {};

  private float[] labels = {};
  private int next;
  private int dataSet;

  /**
   * The examples.
   *
   * @param seed deals out differently
   */
  DataSetExamples(Iterator<DataSet> dataSets, ExampleFormat format, long seed) {
    this.dataSets = dataSets;
    this.format = format;
    this.seed = seed;
  }

  @Override
  public boolean hasNext() {
    return next * format.classes() < labels.length || dataSets.hasNext();
  }

  @Override
  public Tuple2<PictureKey, PictureRecord> next() {
    if (!hasNext()) throw new NoSuchElementException();
    if (next * format.classes() >= labels.length) load(dataSets.next());
    int label = label();
    byte[] pixels = pixels();
    next++;
    return new Tuple2<>(
        PictureKey.of(pixels, label, 1, false, seed),
        new PictureRecord(label, 1, false, pixels, null));
  }

  /** The arrays stay the caller's: its RDD may hold them for the next time. */
  private void load(DataSet data) {
    dataSet++;
    next = 0;
    format.require(data, "DataSet " + dataSet + where());
    features = values(data.getFeatures().permute(0, 2, 3, 1));
    labels = values(data.getLabels());
  }

  private int label() {
    int classes = format.classes();
    int label = -1;
    for (int k = 0; k < classes; k++) {
      float value = labels[next * classes + k];
      if (value == 0) continue;
      if (value != 1 || label >= 0) throw notOneHot();
      label = k;
    }
    if (label < 0) throw notOneHot();
    return label;
  }

  private byte[] pixels() {
    int[] shape = format.shape();
    int length = shape[0] * shape[1] * shape[2];
    ByteBuffer pixels = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (int i = next * length; i < (next + 1) * length; i++) {
      if (!Float.isFinite(features[i])) {
        throw new SparkDl4jException(
            ErrorCode.DATA_NOT_FINITE,
            "the features of example " + example() + " hold NaN or infinity: remove or replace it");
      }
      pixels.putFloat(features[i]);
    }
    return pixels.array();
  }

  private SparkDl4jException notOneHot() {
    return new SparkDl4jException(
        ErrorCode.DATA_LABELS,
        "the labels of example " + example() + " must be one-hot: a single 1 among zeros");
  }

  private String example() {
    return (next + 1) + " of DataSet " + dataSet + where();
  }

  private static String where() {
    return " in partition " + TaskContext.getPartitionId() + " (counted from 0)";
  }

  /** A copy of the values as float32, row by row, whatever array DL4J has them in. */
  private static float[] values(INDArray array) {
    INDArray floats = array.castTo(DataType.FLOAT);
    try (INDArray copy = floats.dup('c')) {
      return Dl4jNetwork.values(copy);
    } finally {
      if (floats != array) Dl4jNetwork.free(floats);
    }
  }
}
