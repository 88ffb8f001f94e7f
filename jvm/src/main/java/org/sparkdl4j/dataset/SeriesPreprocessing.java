package org.sparkdl4j.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.preprocessing.PictureKind;
import org.sparkdl4j.preprocessing.Preprocessing;
import org.sparkdl4j.spec.Json;

/** Steps for single pictures and for series of them, one after the other. */
public final class SeriesPreprocessing {
  private final List<Function<LabeledImages, PixelBlock>> parts = new ArrayList<>();
  private boolean hasSeries;

  private SeriesPreprocessing() {}

  /**
   * Reads a list of steps.
   *
   * @throws SparkDl4jException as {@link Preprocessing#fromJson} and {@link SeriesStep#fromJson}
   */
  public static SeriesPreprocessing fromJson(ArrayNode steps) {
    SeriesPreprocessing read = new SeriesPreprocessing();
    ArrayNode pictureSteps = Json.object().putArray("steps");
    for (JsonNode step : steps) {
      if (!PictureKind.isForSeries(step.path("step").asText(), step)) {
        pictureSteps.add(step);
        continue;
      }
      if (!pictureSteps.isEmpty()) read.add(pictureSteps);
      pictureSteps = Json.object().putArray("steps");
      SeriesStep series = SeriesStep.fromJson((ObjectNode) step);
      read.parts.add(pictures -> apply(series, pictures));
      read.hasSeries = true;
    }
    // Without any step pictures are copied.
    if (!pictureSteps.isEmpty() || read.parts.isEmpty()) read.add(pictureSteps);
    return read;
  }

  /** Whether a step is for series. */
  public boolean hasSeries() {
    return hasSeries;
  }

  /**
   * The changed pictures, in memory of their own, which the caller closes.
   *
   * @param series the pictures of one series in their order; any, where no step is for series
   * @throws SparkDl4jException PARAMETER_CONFLICT when a step does not take what it would get
   */
  public PixelBlock apply(LabeledImages series) {
    LabeledImages pictures = series;
    PixelBlock last = null;
    for (Function<LabeledImages, PixelBlock> part : parts) {
      PixelBlock next;
      try {
        next = part.apply(pictures);
      } finally {
        if (last != null) last.close();
      }
      last = next;
      pictures = new LabeledImages(next, null, null, List.of());
    }
    return last;
  }

  private void add(ArrayNode pictureSteps) {
    Preprocessing steps = Preprocessing.fromJson(pictureSteps);
    parts.add(pictures -> apply(steps, pictures));
  }

  private static PixelBlock apply(Preprocessing steps, LabeledImages pictures) {
    PictureKind kind = BlockPreprocessing.kind(steps, pictures.block());
    PixelBlock changed =
        PixelBlock.allocate(
            PixelType.of(kind), pictures.size(), kind.height(), kind.width(), kind.channels());
    return filled(changed, () -> BlockPreprocessing.apply(steps, pictures, changed.address()));
  }

  private static PixelBlock apply(SeriesStep step, LabeledImages pictures) {
    PixelBlock block = pictures.block();
    int count = pictures.size();
    PixelBlock changed =
        PixelBlock.allocate(
            PixelType.FLOAT32, count, block.height(), block.width(), block.channels());
    return filled(changed, () -> step.apply(pictures, new int[] {count}, changed.address()));
  }

  private static PixelBlock filled(PixelBlock block, Runnable fill) {
    try {
      fill.run();
      return block;
    } catch (RuntimeException | Error e) {
      block.close();
      throw e;
    }
  }
}
