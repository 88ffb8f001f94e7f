package org.sparkdl4j.bridge;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.Prediction;
import org.sparkdl4j.model.Saliency;
import org.sparkdl4j.serving.BatchStatistics;
import org.sparkdl4j.serving.BatchingOptions;
import org.sparkdl4j.serving.PictureDecoder;
import org.sparkdl4j.serving.PictureResult;
import org.sparkdl4j.serving.ServedModel;
import org.sparkdl4j.serving.ServedModels;
import org.sparkdl4j.spec.Json;

/**
 * Predictions that are asked for by one thread and answered to another: requests have numbers, and
 * answers are polled for, many at a time.
 */
public final class Serving implements AutoCloseable {
  /** Answers that one poll returns at most, so that the first of many need not wait for all. */
  private static final int AT_ONCE = 64;

  private final BatchingOptions batching;
  private final ServedModels models;
  private final BlockingQueue<PredictionAnswer> answers = new LinkedBlockingQueue<>();
  private final Map<Long, CompletableFuture<List<PictureResult>>> open = new ConcurrentHashMap<>();

  /**
   * No models yet.
   *
   * @param batching JSON: options of the group "batching"
   */
  public Serving(String batching) {
    this.batching = new BatchingOptions(Json.readObject(batching, "the options"));
    models = new ServedModels(this.batching);
  }

  /** Adds a model. */
  public void add(String name, String file) {
    models.add(name, Path.of(file));
  }

  /** Reads a model's file again. */
  public void reload(String name) {
    models.get(name).reload();
  }

  /** JSON: of a model labels, image and version (that wrote the file). */
  public String describe(String name) {
    return models
        .get(name)
        .use(
            classifier -> {
              ObjectNode json = Json.object();
              json.set("labels", classifier.metadata().labels());
              json.set("image", classifier.image().toJson());
              return Json.write(json.put("version", classifier.metadata().version()));
            });
  }

  /** JSON: of a model waiting, pictures, damaged, batches, computing_seconds. */
  public String statistics(String name) {
    BatchStatistics statistics = models.get(name).statistics();
    return Json.write(
        Json.object()
            .put("waiting", statistics.waiting())
            .put("pictures", statistics.pictures())
            .put("damaged", statistics.damaged())
            .put("batches", statistics.batches())
            .put("computing_seconds", statistics.computingSeconds()));
  }

  /**
   * Asks for the prediction of pictures; returns at once.
   *
   * @param number by which {@link #poll} names the answer
   * @param bytes what the pictures are in
   * @param bounds where each picture begins and ends: twice as many numbers as pictures
   * @param form of the answer: "probabilities" for lists of numbers, "predictions" for labels too
   * @param top how many of the most probable labels are listed; 0 for all, in their order
   * @return 0; or after how many seconds to ask again, as there is no room now
   */
  public int predict(String model, long number, byte[] bytes, int[] bounds, String form, int top) {
    List<byte[]> pictures = new ArrayList<>(bounds.length / 2);
    if (bounds.length == 2 && bounds[0] == 0 && bounds[1] == bytes.length) {
      pictures.add(bytes);
    } else {
      for (int i = 0; i < bounds.length; i += 2) {
        pictures.add(Arrays.copyOfRange(bytes, bounds[i], bounds[i + 1]));
      }
    }
    CompletableFuture<List<PictureResult>> future;
    try {
      future = models.get(model).predictAll(pictures);
    } catch (SparkDl4jException e) {
      // The one error that comes often, when an exception would cost more than the answer.
      if (e.code() == ErrorCode.SERVER_BUSY)
        return (Integer) e.details().get("retry_after_seconds");
      throw e;
    }
    open.put(number, future);
    future.whenComplete(
        (results, problem) -> {
          open.remove(number);
          if (results != null) answers.add(new PredictionAnswer(number, model, results, form, top));
        });
    return 0;
  }

  /** After how many seconds to ask a model again that has no room now; 0 where it has. */
  public int retryAfterSeconds(String model) {
    return models.get(model).retryAfterSeconds();
  }

  /** Says that nobody waits for an answer any more. */
  public void cancel(long number) {
    CompletableFuture<List<PictureResult>> future = open.get(number);
    if (future != null) future.cancel(false);
  }

  /** The answers that have come; none after so many milliseconds. */
  public PredictionAnswer[] poll(long millis) throws InterruptedException {
    List<PredictionAnswer> found = new ArrayList<>();
    PredictionAnswer first = answers.poll(millis, TimeUnit.MILLISECONDS);
    if (first != null) {
      found.add(first);
      answers.drainTo(found, AT_ONCE - 1);
      // Written here: the thread that computes has more to do.
      found.forEach(PredictionAnswer::write);
    }
    return found.toArray(new PredictionAnswer[0]);
  }

  /**
   * Where in a picture a class is seen.
   *
   * @param label the class; null for the most probable one
   * @return the picture as it was decoded, and what was seen
   */
  public SaliencyAnswer saliency(String model, byte[] picture, String label) {
    ServedModel served = models.get(model);
    return served.use(classifier -> saliency(classifier, picture, label));
  }

  private SaliencyAnswer saliency(ImageClassifier classifier, byte[] picture, String label) {
    int[] shape = classifier.core().inputShape();
    try (PixelBlock pixels = PixelBlock.allocate(classifier.image(), 1);
        FloatPointer seen = new FloatPointer((long) shape[0] * shape[1])) {
      ByteBuffer row = pixels.row(0);
      new PictureDecoder(classifier, batching).decode(picture, row);
      LabeledImages images = new LabeledImages(pixels, null, null, List.of());
      Prediction prediction = classifier.prediction(classifier.predict(images, 1));
      int index = label == null ? prediction.index() : classifier.labels().indexOf(label);
      if (index < 0) {
        throw new SparkDl4jException(ErrorCode.DATA_LABELS, "the model has no class of this name");
      }
      Saliency.of(classifier, images, new int[] {index}, null, seen.address());
      byte[] decoded = visible(pixels);
      float[] map = new float[shape[0] * shape[1]];
      seen.get(map);
      return new SaliencyAnswer(shape, decoded, map, classifier.labels().get(index));
    }
  }

  /** The first picture as bytes; of float32, its smallest value is 0 and its largest 255. */
  private static byte[] visible(PixelBlock pixels) {
    byte[] shown = new byte[pixels.rowLength()];
    if (pixels.type() == PixelType.UINT8) {
      pixels.read(0, shown);
      return shown;
    }
    float[] values = new float[shown.length];
    pixels.read(0, values);
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float range = most > least ? most - least : 1;
    for (int i = 0; i < shown.length; i++) {
      shown[i] = (byte) Math.round(255 * (values[i] - least) / range);
    }
    return shown;
  }

  /** Takes no more requests, and returns when all are answered; answers can still be polled. */
  @Override
  public void close() {
    models.close();
  }
}
