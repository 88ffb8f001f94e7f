package org.sparkdl4j.plan;

import java.util.Arrays;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.OneDnn;

/** A network up to one of its layers, compiled for one number of pictures: its output's values. */
final class FeaturePlan implements AutoCloseable {
  private final Chain chain;
  private final int[] readShape;
  private final long[] dimensions;
  private final memory values;
  private final FiniteCheck inputCheck;

  /** Compiles what a graph of layers says into an empty chain, which the plan closes. */
  // Nothing refers to the scope, and its varargs are generic.
  @SuppressWarnings({"try", "unchecked"})
  FeaturePlan(PlanGraph graph, Chain chain) {
    this.chain = chain;
    readShape = graph.readShape();
    // What nobody keeps is freed at the end of the scope, not by the garbage collector.
    try (PointerScope scope = new PointerScope()) {
      ForwardSteps forward = new ForwardSteps(graph, chain);
      Tensor last = forward.last();
      dimensions = last.dimensions;
      memory.desc plain =
          chain.keep(OneDnn.desc(dimensions, last.isImage() ? format_tag.nhwc : format_tag.nc));
      values = chain.converted("features", last.desc, last.memory, plain);
      inputCheck = forward.inputCheck();
      chain.endForward(values);
      chain.finish();
    } catch (RuntimeException | Error e) {
      chain.close();
      throw e;
    }
  }

  /** {@code [height, width, channels]} of what is read of a picture. */
  int[] readShape() {
    return readShape.clone();
  }

  /** {@code [height, width, channels]} or {@code [units]}. */
  int[] shape() {
    long[] all = dimensions;
    long[] shape = all.length == 4 ? new long[] {all[2], all[3], all[1]} : new long[] {all[1]};
    return Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
  }

  /** Computes into memory of so many floats a picture as {@link #shape} says. */
  void run(long pictures, FloatPointer target) {
    chain.bind();
    chain.setPictures(pictures);
    chain.runForward(0);
    int perPicture = Arrays.stream(shape()).reduce(1, Math::multiplyExact);
    float[] rows = new float[Math.multiplyExact(chain.count(), perPicture)];
    FloatMemory.at(OneDnn.address(values), rows.length).get(rows);
    inputCheck.spoil(rows, perPicture);
    target.put(rows, 0, rows.length);
  }

  /** Gives back the memory of its copies of the weights, until it runs again. */
  void dropCopies() {
    chain.dropDerived();
  }

  @Override
  public void close() {
    chain.close();
  }
}
