package org.sparkdl4j.plan;

import java.util.Set;

/** Which part of a network a plan computes, and which of its layers training leaves as they are. */
final class Section {
  /** All of it, and all of it trained. */
  static final Section WHOLE = new Section(null, null, null, Set.of());

  private final String from;
  private final int[] fromShape;
  private final String to;
  private final Set<String> frozen;

  private Section(String from, int[] fromShape, String to, Set<String> frozen) {
    this.from = from;
    this.fromShape = fromShape;
    this.to = to;
    this.frozen = frozen;
  }

  /**
   * The layers behind one, whose outputs are given in place of pictures.
   *
   * @param layer null for the whole network
   * @param shape of its output, {@code [height, width, channels]} or {@code [units]}
   */
  Section from(String layer, int[] shape) {
    return new Section(layer, layer == null ? null : shape.clone(), to, frozen);
  }

  /** What a layer needs, which puts out its own output in place of the network's. */
  Section to(String layer) {
    return new Section(from, fromShape, layer, frozen);
  }

  /** The same, where training leaves layers of these names as they are. */
  Section freezing(Set<String> layers) {
    return new Section(from, fromShape, to, Set.copyOf(layers));
  }

  /** The layer whose outputs are given; null: pictures are. */
  String from() {
    return from;
  }

  /** The shape of what is given in place of pictures. */
  int[] fromShape() {
    return fromShape.clone();
  }

  /** The layer whose output is put out; null: the network's. */
  String to() {
    return to;
  }

  boolean isFrozen(String layer) {
    return frozen.contains(layer);
  }
}
