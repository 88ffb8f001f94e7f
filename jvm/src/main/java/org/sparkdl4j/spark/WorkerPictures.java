package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.sparkdl4j.dataset.LabelSums;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PictureStatistics;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import scala.Tuple2;

/** The pictures of one worker, in the order of their keys. */
final class WorkerPictures implements Serializable {
  /** What the driver learns of them. */
  static final class Summary implements Serializable {
    private static final long serialVersionUID = 1;

    /** By class. */
    final int[] training;

    final int validation;
    final long labelSum;
    final long weightSum;
    final PictureStatistics statistics;
    final List<DamagedImage> damaged;

    private Summary(
        int[] training,
        int validation,
        LabelSums labels,
        PictureStatistics statistics,
        List<DamagedImage> damaged) {
      this.training = training;
      this.validation = validation;
      labelSum = labels.labels();
      weightSum = labels.weights();
      this.statistics = statistics;
      this.damaged = damaged;
    }
  }

  private static final long serialVersionUID = 1;

  private final List<PictureRecord> training = new ArrayList<>();
  private final List<PictureRecord> validation = new ArrayList<>();
  private final List<DamagedImage> damaged = new ArrayList<>();

  /**
   * Pictures.
   *
   * @param pictures in the order of their keys
   * @param heldOut which of those to train on are to validate with after all
   */
  WorkerPictures(Iterator<Tuple2<PictureKey, PictureRecord>> pictures, HeldOutPictures heldOut) {
    while (pictures.hasNext()) {
      Tuple2<PictureKey, PictureRecord> picture = pictures.next();
      PictureRecord record = picture._2();
      if (record.damage != null) {
        damaged.add(record.damage);
      } else if (record.isValidation || heldOut.isHeldOut(picture._1().hash(), record.label)) {
        validation.add(record);
      } else {
        training.add(record);
      }
    }
  }

  /** What the driver learns of decoded pictures. */
  Summary summary(DecodeOptions image, int classes) {
    PictureStatistics statistics =
        PictureStatistics.of(
            PixelType.of(image), image.height() * image.width() * image.channels());
    int[] counts = new int[classes];
    for (PictureRecord record : training) {
      statistics.add(record.pixels);
      counts[record.label]++;
    }
    return new Summary(
        counts, validation.size(), labelSums(), statistics, new ArrayList<>(damaged));
  }

  /** Checksums of labels and weights. */
  LabelSums labelSums() {
    LabelSums sums = new LabelSums();
    for (PictureRecord record : training) sums.add(record.label, record.weight);
    for (PictureRecord record : validation) sums.add(record.label, record.weight);
    return sums;
  }

  /** The pictures to train on, in new memory off the heap. */
  LabeledImages training(PixelType type, int[] shape, List<String> classes, boolean weighted) {
    LabeledImages images = images(training, type, shape, classes);
    if (!weighted) return images;
    float[] weights = new float[training.size()];
    for (int i = 0; i < weights.length; i++) weights[i] = training.get(i).weight;
    return images.withWeights(weights);
  }

  /** The pictures to validate with, in new memory off the heap; null without any. */
  LabeledImages validation(PixelType type, int[] shape, List<String> classes) {
    return validation.isEmpty() ? null : images(validation, type, shape, classes);
  }

  private static LabeledImages images(
      List<PictureRecord> records, PixelType type, int[] shape, List<String> classes) {
    PixelBlock block = PixelBlock.allocate(type, records.size(), shape[0], shape[1], shape[2]);
    int[] labels = new int[records.size()];
    for (int i = 0; i < labels.length; i++) {
      block.row(i).put(records.get(i).pixels);
      labels[i] = records.get(i).label;
    }
    return new LabeledImages(block, null, labels, classes);
  }
}
