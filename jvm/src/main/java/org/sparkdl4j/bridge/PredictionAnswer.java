package org.sparkdl4j.bridge;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.shade.jackson.core.io.JsonStringEncoder;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.Prediction;
import org.sparkdl4j.serving.PictureResult;
import org.sparkdl4j.spec.Json;

/** The answer to one request of {@link Serving}. */
public final class PredictionAnswer {
  private static final String PROBABILITIES = "probabilities";

  private final long number;
  private final String model;
  private final List<PictureResult> results;
  private final String form;
  private final int top;
  private byte[] body;

  PredictionAnswer(long number, String model, List<PictureResult> results, String form, int top) {
    this.number = number;
    this.model = model;
    this.results = results;
    this.form = form;
    this.top = top;
  }

  /** The request's number. */
  public long number() {
    return number;
  }

  /** The first picture's problem where no picture has a prediction; else null. */
  public String errorCode() {
    return isFailure() ? results.get(0).problem().code().name() : null;
  }

  /** Pictures without a prediction. */
  public int problems() {
    int problems = 0;
    for (PictureResult result : results) {
      if (!result.isPredicted()) problems++;
    }
    return problems;
  }

  /**
   * JSON: the predictions; or the first picture's problem, where no picture has a prediction:
   * message and details.
   */
  public byte[] body() {
    return body;
  }

  void write() {
    StringBuilder out = new StringBuilder();
    if (isFailure()) writeProblem(results.get(0).problem(), out);
    else if (form.equals(PROBABILITIES)) writeProbabilities(out);
    else writePredictions(out);
    body = out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private boolean isFailure() {
    return problems() == results.size();
  }

  /** A list of numbers for one picture, and a list of these for several; null for a bad one. */
  private void writeProbabilities(StringBuilder out) {
    boolean isOne = results.size() == 1;
    if (!isOne) out.append('[');
    String separator = "";
    for (PictureResult result : results) {
      out.append(separator);
      separator = ",";
      if (!result.isPredicted()) {
        out.append("null");
        continue;
      }
      String before = "[";
      for (float probability : result.prediction().probabilities()) {
        out.append(before).append(probability);
        before = ",";
      }
      out.append(']');
    }
    if (!isOne) out.append(']');
  }

  private void writePredictions(StringBuilder out) {
    out.append("{\"model\":");
    writeText(model, out);
    out.append(",\"predictions\":");
    String before = "[";
    for (PictureResult result : results) {
      out.append(before);
      before = ",";
      if (result.isPredicted()) {
        writePrediction(result.prediction(), out);
      } else {
        out.append("{\"error\":");
        writeProblem(result.problem(), out);
        out.append('}');
      }
    }
    out.append("]}");
  }

  private void writePrediction(Prediction prediction, StringBuilder out) {
    float[] probabilities = prediction.probabilities();
    out.append("{\"label\":").append(prediction.typedLabel());
    out.append(",\"probability\":").append(prediction.probability());
    out.append(",\"probabilities\":");
    String before = "{";
    for (int index : listed(probabilities)) {
      out.append(before);
      before = ",";
      writeText(prediction.labels().get(index), out);
      out.append(':').append(probabilities[index]);
    }
    out.append("}}");
  }

  /** The labels to list: all in their order, or the most probable first. */
  private int[] listed(float[] probabilities) {
    if (top == 0) return IntStream.range(0, probabilities.length).toArray();
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted(Comparator.comparingDouble(index -> -probabilities[index]))
        .limit(top)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static void writeProblem(SparkDl4jException problem, StringBuilder out) {
    out.append("{\"code\":\"").append(problem.code()).append("\",\"message\":");
    writeText(problem.getMessage(), out);
    problem
        .details()
        .forEach(
            (name, value) ->
                out.append(",\"").append(name).append("\":").append(Json.write(Json.of(value))));
    out.append('}');
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, out);
    out.append('"');
  }
}
