package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.List;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import scala.Tuple2;

/** How many good pictures there are, by bucket of their keys, and by class. */
final class PictureCounts implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] buckets = new long[PictureKey.BUCKETS];
  private final long[] training;
  private final long[] validation;
  private boolean someCount;

  PictureCounts(int classes) {
    training = new long[classes];
    validation = new long[classes];
  }

  PictureCounts add(Tuple2<PictureKey, PictureRecord> picture) {
    PictureRecord record = picture._2();
    if (record.isForTraining()) {
      training[record.label]++;
      buckets[picture._1().bucket()]++;
      someCount |= record.weight > 0;
    } else if (record.damage == null) {
      validation[record.label]++;
    }
    return this;
  }

  PictureCounts merge(PictureCounts other) {
    add(buckets, other.buckets);
    add(training, other.training);
    add(validation, other.validation);
    someCount |= other.someCount;
    return this;
  }

  int classes() {
    return training.length;
  }

  /** Pictures to train on, in each bucket. */
  long[] buckets() {
    return buckets;
  }

  /** Pictures to train on. */
  long training() {
    long sum = 0;
    for (long count : training) sum += count;
    return sum;
  }

  /**
   * Checks that there is something to learn for all that is validated.
   *
   * @throws SparkDl4jException DATA_LABELS for a class that has pictures to validate with only,
   *     DATA_ONE_CLASS, DATA_NOT_FINITE when all weights are 0
   */
  void check(PictureColumns columns, LabelIndex labels) {
    List<String> names = labels.names();
    int present = 0;
    String last = null;
    for (int label = 0; label < training.length; label++) {
      String name = names.get(label);
      if (training[label] == 0 && validation[label] > 0) {
        throw new SparkDl4jException(
                ErrorCode.DATA_LABELS,
                "the label "
                    + name
                    + " of the column "
                    + columns.label()
                    + " is only that of pictures to validate with: mark some of them for training"
                    + " in the column "
                    + columns.validationIndicator()
                    + ", or remove them")
            .with("column", columns.label())
            .with("label", name);
      }
      if (training[label] == 0) continue;
      present++;
      last = name;
    }
    if (present == 1) throw LabelIndex.oneClass(columns.label(), last);
    if (!someCount) {
      throw new SparkDl4jException(
              ErrorCode.DATA_NOT_FINITE,
              "the column "
                  + columns.weight()
                  + ", which weightCol names, is 0 for all pictures that are trained: some must"
                  + " count")
          .with("column", columns.weight());
    }
  }

  private static void add(long[] counts, long[] others) {
    for (int i = 0; i < counts.length; i++) counts[i] += others[i];
  }
}
