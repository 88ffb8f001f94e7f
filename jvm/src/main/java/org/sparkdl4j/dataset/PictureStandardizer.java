package org.sparkdl4j.dataset;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.javacpp.PointerScope;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;
import org.sparkdl4j.onednn.RecentlyUsed;
import org.sparkdl4j.onednn.Step;

/**
 * Turns pictures of one size and number type into what a network reads: {@code (x - mean) * (1 /
 * scale)} in float32, in the order of the pictures' own values. It runs on oneDNN, with the threads
 * that oneDNN has on the calling thread, one call at a time.
 */
public final class PictureStandardizer implements AutoCloseable {
  private final PixelType type;
  private final int height;
  private final int width;
  private final int channels;
  private final NativeObjects objects = new NativeObjects();
  private final memory mean;
  private final memory inverse;
  private final RecentlyUsed<Integer, Compiled> compiled = new RecentlyUsed<>(Compiled::close);

  // Nothing refers to the scope, and its varargs are generic.
  @SuppressWarnings({"try", "unchecked"})
  PictureStandardizer(ScalerKind kind, double[] means, double[] scales, PixelBlock block) {
    type = block.type();
    height = block.height();
    width = block.width();
    channels = block.channels();
    int length = block.rowLength();
    float[] mean = new float[length];
    float[] inverse = new float[length];
    Arrays.fill(inverse, 1);
    for (int i = 0; i < length && kind != ScalerKind.NONE; i++) {
      int group = kind == ScalerKind.CHANNEL ? i % channels : i;
      mean[i] = (float) means[group];
      inverse[i] = (float) (1 / scales[group]);
    }
    try (PointerScope scope = new PointerScope()) {
      this.mean = constant(mean);
      this.inverse = constant(inverse);
    }
  }

  boolean fits(PixelBlock block) {
    return block.type() == type
        && block.height() == height
        && block.width() == width
        && block.channels() == channels;
  }

  /**
   * Standardises pictures that follow each other in memory.
   *
   * @param source address of {@code count} pictures of {@code height * width * channels} values
   * @param target address of as many floats
   */
  public synchronized void apply(long source, int count, long target) {
    Compiled steps = compiled.get(count);
    if (steps == null) {
      steps = new Compiled(count);
      compiled.put(count, steps);
    }
    steps.run(source, target);
  }

  /** Frees what is native. Idempotent; nothing may be standardised afterwards. */
  @Override
  public synchronized void close() {
    compiled.close();
    objects.close();
  }

  private memory constant(float[] values) {
    memory.desc desc = OneDnn.desc(new long[] {1, values.length}, format_tag.nc);
    memory constant = objects.keep(new memory(desc, OneDnn.ENGINE));
    FloatMemory.at(OneDnn.address(constant), values.length).put(values, 0, values.length);
    return constant;
  }

  /** The steps for a number of pictures. */
  private final class Compiled implements AutoCloseable {
    private final NativeObjects own = new NativeObjects();
    private final memory source;
    private final memory target;

    /** From bytes to floats; null where they are floats already. */
    private final Step widen;

    private final Step standardize;

    // Nothing refers to the scope, and its varargs are generic.
    @SuppressWarnings({"try", "unchecked"})
    private Compiled(int count) {
      long length = (long) height * width * channels;
      long[] dimensions = {count, length};
      boolean isBytes = type == PixelType.UINT8;
      try (PointerScope scope = new PointerScope()) {
        memory.desc from =
            OneDnn.desc(
                dimensions, format_tag.nc, isBytes ? memory.data_type.u8 : memory.data_type.f32);
        memory.desc to = OneDnn.desc(dimensions, format_tag.nc);
        source = own.keep(new memory(from, OneDnn.ENGINE, new NativeAddress(0)));
        target = own.keep(new memory(to, OneDnn.ENGINE, new NativeAddress(0)));
        widen = isBytes ? Step.reorder(own, "input.widen", from, source, to, target) : null;
        memory.desc constant = OneDnn.desc(new long[] {1, length}, format_tag.nc);
        post_ops multiply = new post_ops();
        multiply.append_binary(algorithm.binary_mul, constant);
        binary.primitive_desc description =
            new binary.primitive_desc(
                new binary.desc(algorithm.binary_sub, to, constant, to),
                OneDnn.attributes(multiply),
                OneDnn.ENGINE);
        standardize =
            new Step(
                own,
                "input.standardize",
                description,
                new binary(description),
                DNNL_ARG_SRC_0,
                isBytes ? target : source,
                DNNL_ARG_SRC_1,
                mean,
                DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1,
                inverse,
                DNNL_ARG_DST,
                target,
                DNNL_ARG_SCRATCHPAD,
                own.keep(new memory(description.scratchpad_desc(), OneDnn.ENGINE)));
      }
    }

    private void run(long from, long to) {
      OneDnn.point(source, from);
      OneDnn.point(target, to);
      if (widen != null) widen.run();
      standardize.run();
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
