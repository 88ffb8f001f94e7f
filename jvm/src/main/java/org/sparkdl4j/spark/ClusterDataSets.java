package org.sparkdl4j.spark;

import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.nd4j.linalg.dataset.DataSet;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * The examples of DL4J's DataSets, dealt out to workers one by one, whichever minibatches they came
 * in.
 */
final class ClusterDataSets implements AutoCloseable {
  private final ExampleFormat format;
  private final DealtPictures dealt;

  private ClusterDataSets(ExampleFormat format, DealtPictures dealt) {
    this.format = format;
    this.dealt = dealt;
  }

  /**
   * Checks and deals out.
   *
   * @param workers how many share the examples; fewer where there are fewer examples
   * @throws SparkDl4jException DATA_EMPTY, DATA_SHAPE, DATA_LABELS, DATA_ONE_CLASS, DATA_NOT_FINITE
   */
  static ClusterDataSets of(JavaRDD<DataSet> data, int workers, long seed) {
    return JobFailure.translate(() -> deal(data, workers, seed));
  }

  ExampleFormat format() {
    return format;
  }

  DealtPictures dealt() {
    return dealt;
  }

  /** Gives the executors' disks back. */
  @Override
  public void close() {
    dealt.close();
  }

  private static ClusterDataSets deal(JavaRDD<DataSet> data, int workers, long seed) {
    List<ExampleFormat> first =
        data.map(dataSet -> ExampleFormat.of(dataSet, "the first DataSet")).take(1);
    if (first.isEmpty()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there is nothing to train on: the RDD of DataSets is empty");
    }
    ExampleFormat format = first.get(0);
    JavaPairRDD<PictureKey, PictureRecord> examples =
        data.mapPartitionsToPair(dataSets -> new DataSetExamples(dataSets, format, seed));
    examples.persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      DealtPictures dealt = DealtPictures.of(examples, workers);
      try {
        // Writes them to the executors' disks, as long as the examples are there.
        List<long[]> sums =
            dealt
                .workers()
                .map(WorkerPictures::labelSums)
                .map(own -> new long[] {own.labels(), own.weights()})
                .collect();
        sums.forEach(own -> dealt.labelSums().addPart(own[0], own[1]));
      } catch (Throwable e) {
        // Spark's own exception is a checked one, which the Java API does not declare.
        dealt.close();
        throw e;
      }
      return new ClusterDataSets(format, dealt);
    } finally {
      examples.unpersist(false);
    }
  }
}
