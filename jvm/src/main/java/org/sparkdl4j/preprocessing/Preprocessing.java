package org.sparkdl4j.preprocessing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.NearestName;

/**
 * Steps that change each picture, one after the other, written as a JSON list of objects with
 * {@code step} (the name) and the step's parameters. Immutable, and safe for use by many threads.
 */
public final class Preprocessing {
  /** Pictures as they are. */
  public static final Preprocessing NONE = new Preprocessing(List.of());

  private static final String PARAMETER = "preprocessing";

  private static final Map<String, Function<ObjectNode, PictureStep>> TYPES =
      Map.ofEntries(
          Map.entry(Scale.NAME, Scale::new),
          Map.entry(Crop.NAME, Crop::new),
          Map.entry(CenterCrop.NAME, CenterCrop::new),
          Map.entry(Pad.NAME, Pad::new),
          Map.entry(ToFloat.NAME, ToFloat::new),
          Map.entry(Grayscale.NAME, Grayscale::new),
          Map.entry(ColorSpace.NAME, ColorSpace::new),
          Map.entry(MedianFilter.NAME, MedianFilter::new),
          Map.entry(GaussianBlur.NAME, GaussianBlur::new),
          Map.entry(HistogramEqualization.NAME, HistogramEqualization::new),
          Map.entry(Clahe.NAME, Clahe::new),
          Map.entry(HairRemoval.NAME, HairRemoval::new),
          Map.entry(Detrend.NAME, Detrend::new),
          Map.entry(FourierTransform.NAME, FourierTransform::new));

  private final List<PictureStep> steps;

  private Preprocessing(List<PictureStep> steps) {
    this.steps = List.copyOf(steps);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws SparkDl4jException PARAMETER_TYPE, PARAMETER_UNKNOWN or PARAMETER_RANGE, with the place
   *     of the step; PARAMETER_CONFLICT for a step that is for series of pictures
   */
  public static Preprocessing fromJson(JsonNode list) {
    if (list.isMissingNode() || list.isNull()) return NONE;
    if (!list.isArray()) {
      throw wrong(
          ErrorCode.PARAMETER_TYPE, "preprocessing must be a list of steps, but is " + list);
    }
    List<PictureStep> steps = new ArrayList<>();
    for (JsonNode each : list) steps.add(step(each, steps.size() + 1));
    return new Preprocessing(steps);
  }

  /** As {@link #fromJson} reads it, with all parameters. */
  public ArrayNode toJson() {
    ArrayNode list = Json.object().putArray(PARAMETER);
    for (PictureStep step : steps) list.add(step.toJson());
    return list;
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** Whether a step needs colours, also where the result is grey. */
  public boolean needsColor() {
    return steps.stream().anyMatch(PictureKind::needsColor);
  }

  /**
   * What the steps make of pictures.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT when a step does not take what it would get
   */
  public PictureKind after(PictureKind before) {
    PictureKind kind = before;
    for (int i = 0; i < steps.size(); i++) kind = kind.after(steps.get(i), i + 1);
    return kind;
  }

  /**
   * {@code [height, width]} that the first step scales to, so that the picture may be decoded at a
   * part of its size; null where another step is the first.
   */
  public int[] firstScale() {
    if (steps.isEmpty() || !(steps.get(0) instanceof Scale)) return null;
    Size size = ((Scale) steps.get(0)).size();
    return new int[] {size.height(), size.width()};
  }

  /** Whether pictures may be float32 before the first step. */
  public boolean takesFloats() {
    return !steps.isEmpty() && steps.get(0) instanceof ToFloat;
  }

  /**
   * The changed picture, in memory of the caller's {@code PointerScope}.
   *
   * @param picture 1 channel or RGB, uint8 or float32
   */
  public Mat apply(Mat picture) throws PictureTooSmallException {
    Mat changed = picture;
    for (PictureStep step : steps) changed = step.apply(changed);
    return changed;
  }

  private static PictureStep step(JsonNode json, int place) {
    String of = "step " + place + " of preprocessing";
    String name = json.path(PictureStep.NAME).asText();
    if (!json.isObject() || name.isEmpty()) {
      throw wrong(
          ErrorCode.PARAMETER_TYPE,
          of + " must be an object with the name of a step, but is " + json);
    }
    if (!TYPES.containsKey(name)) {
      throw wrong(
          ErrorCode.PARAMETER_UNKNOWN,
          of + ": there is no step " + name + "; did you mean " + nearest(name) + "?");
    }
    ObjectNode values = json.deepCopy();
    values.remove(PictureStep.NAME);
    if (PictureKind.isForSeries(name, values)) {
      throw wrong(
          ErrorCode.PARAMETER_CONFLICT,
          of
              + " ("
              + name
              + ") is for series of pictures: transform the data set with it before training; a"
              + " model sees one picture at a time");
    }
    try {
      return TYPES.get(name).apply(values);
    } catch (SparkDl4jException e) {
      throw wrong(e.code(), of + " (" + name + "): " + e.getMessage());
    }
  }

  private static String nearest(String name) {
    return NearestName.of(name, new ArrayList<>(new TreeSet<>(TYPES.keySet())));
  }

  private static SparkDl4jException wrong(ErrorCode code, String sentence) {
    return new SparkDl4jException(code, sentence).with("parameter", PARAMETER);
  }
}
