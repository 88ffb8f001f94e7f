package org.sparkdl4j.plan;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/**
 * The formats that timed trials have chosen, by the names of the layers; the rule decides for the
 * others. Two choices round differently, so it is stored with the model. Immutable.
 */
final class Tuning {
  /** The rule decides for all. */
  static final Tuning NONE = new Tuning(Map.of());

  private final Map<String, String> formats;

  private Tuning(Map<String, String> formats) {
    this.formats = formats;
  }

  /** From the text that {@link #toString} gave; null is none. */
  static Tuning parse(String text) {
    if (text == null) return NONE;
    Map<String, String> formats = new LinkedHashMap<>();
    ObjectNode json = Json.readObject(text, "tuning");
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String layer = names.next();
      formats.put(layer, json.get(layer).asText());
    }
    return new Tuning(formats);
  }

  /** The format of a layer, or null when the rule decides. */
  String of(String layer) {
    return formats.get(layer);
  }

  /** The same, with another format for one layer. */
  Tuning with(String layer, String format) {
    Map<String, String> more = new LinkedHashMap<>(formats);
    more.put(layer, format);
    return new Tuning(more);
  }

  /** JSON: format by layer. */
  @Override
  public String toString() {
    ObjectNode json = Json.object();
    formats.forEach(json::put);
    return json.toString();
  }
}
