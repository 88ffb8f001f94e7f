package org.sparkdl4j.network;

/** What one vertex of a network under construction gives to others. Immutable. */
final class VertexOutput {
  /** The vertex's name. */
  final String vertex;

  /** {@code [height, width, channels]} or {@code [units]} of one example. */
  final int[] shape;

  VertexOutput(String vertex, int[] shape) {
    this.vertex = vertex;
    this.shape = shape;
  }
}
