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
import org.sparkdl4j.onednn.Threads;

/**
 * Turns pictures of one size and number type into what a network reads of them, which are their
 * first rows and columns: {@code (x - mean) * (1 / scale)} in float32, in the order of the
 * pictures' own values. It runs on oneDNN, with the threads that oneDNN has on the calling thread,
 * one call at a time.
 */
public final class PictureStandardizer implements AutoCloseable {
  /** Below so many values, other threads would take longer to wake than to help. */
  private static final int FOR_ONE_THREAD = 1 << 16;

  private final PixelType type;
  private final int height;
  private final int width;
  private final int channels;
  private final int readHeight;
  private final int readWidth;
  private final NativeObjects objects = new NativeObjects();
  private final memory mean;
  private final memory inverse;
  private final RecentlyUsed<Integer, Compiled> compiled = new RecentlyUsed<>(Compiled::close);

  // Nothing refers to the scope, and its varargs are generic.
  @SuppressWarnings({"try", "unchecked"})
  PictureStandardizer(
      ScalerKind kind, double[] means, double[] scales, PixelBlock block, int[] readShape) {
    type = block.type();
    height = block.height();
    width = block.width();
    channels = block.channels();
    readHeight = readShape[0];
    readWidth = readShape[1];
    float[] mean = new float[pictureSize()];
    float[] inverse = new float[mean.length];
    Arrays.fill(inverse, 1);
    int readRow = readWidth * channels;
    for (int i = 0; i < mean.length && kind != ScalerKind.NONE; i++) {
      int feature = i / readRow * width * channels + i % readRow;
      int group = kind == ScalerKind.CHANNEL ? i % channels : feature;
      mean[i] = (float) means[group];
      inverse[i] = (float) (1 / scales[group]);
    }
    try (PointerScope scope = new PointerScope()) {
      this.mean = constant(mean);
      this.inverse = constant(inverse);
    }
  }

  boolean fits(PixelBlock block, int[] readShape) {
    return block.type() == type
        && block.height() == height
        && block.width() == width
        && block.channels() == channels
        && readShape[0] == readHeight
        && readShape[1] == readWidth;
  }

  /** Floats that come of one picture. */
  public int pictureSize() {
    return readHeight * readWidth * channels;
  }

  /**
   * Standardises pictures that follow each other in memory.
   *
   * @param source address of {@code count} pictures of {@code height * width * channels} values
   * @param target address of {@code count * pictureSize()} floats
   */
  public synchronized void apply(long source, int count, long target) {
    boolean isSmall = (long) count * pictureSize() <= FOR_ONE_THREAD;
    if (isSmall) Threads.withOne(() -> run(source, count, target));
    else run(source, count, target);
  }

  private void run(long source, int count, long target) {
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

    /** From all of the pictures' values to floats of those wanted; null where these are all. */
    private final Step pick;

    private final Step standardize;

    // Nothing refers to the scope, and its varargs are generic.
    @SuppressWarnings({"try", "unchecked"})
    private Compiled(int count) {
      boolean isBytes = type == PixelType.UINT8;
      boolean isWhole = readHeight == height && readWidth == width;
      long row = (long) width * channels;
      memory.data_type number = isBytes ? memory.data_type.u8 : memory.data_type.f32;
      try (PointerScope scope = new PointerScope()) {
        long[] rows = {count, readHeight, (long) readWidth * channels};
        memory.desc from = OneDnn.as(OneDnn.strided(rows, height * row, row, 1), number);
        memory.desc to = OneDnn.desc(new long[] {count, pictureSize()}, format_tag.nc);
        source = own.keep(new memory(from, OneDnn.ENGINE, new NativeAddress(0)));
        target = own.keep(new memory(to, OneDnn.ENGINE, new NativeAddress(0)));
        pick =
            isBytes || !isWhole
                ? Step.reorder(own, "input.pick", from, source, to.reshape(rows), target)
                : null;
        memory.desc constant = OneDnn.desc(new long[] {1, pictureSize()}, format_tag.nc);
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
                pick == null ? source : target,
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
      if (pick != null) pick.run();
      standardize.run();
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
