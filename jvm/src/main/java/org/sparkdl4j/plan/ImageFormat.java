package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.sparkdl4j.onednn.OneDnn;

/**
 * In which formats a convolution reads and writes, the most promising first. The rule looks at
 * channels and kernel only, never at a clock: two formats round differently, and a run must not mix
 * them.
 *
 * <p>oneDNN's own choice is a blocked format. It is the fastest unless channels must be padded to
 * full blocks: the padding is computed too, so that 20 channels cost as much as 32. Channels last
 * pad nothing; there oneDNN's second implementation of a forward pass is faster than its first,
 * unless the kernel is one pixel.
 */
final class ImageFormat {
  /** The widest block of channels that oneDNN uses. */
  private static final int BLOCK = 16;

  /** oneDNN's own order. */
  private static final String FIRST = "";

  private static final String JIT_AVX512 = "jit:avx512";
  private static final String JIT_AVX2 = "jit:avx2";

  private final String name;
  private final format_tag input;
  private final format_tag output;
  private final String implementation;

  private ImageFormat(String name, format_tag input, format_tag output, String implementation) {
    this.name = implementation.isEmpty() ? name : name + " " + implementation;
    this.input = input;
    this.output = output;
    this.implementation = implementation;
  }

  /**
   * The formats to try.
   *
   * @param first whether the input are pictures
   * @param onePixel whether the kernel is one pixel
   */
  static List<ImageFormat> candidates(
      boolean first, boolean onePixel, long inputChannels, long outputChannels) {
    List<ImageFormat> formats = new ArrayList<>();
    ImageFormat chosen =
        new ImageFormat("any", first ? format_tag.nchw : format_tag.any, format_tag.any, FIRST);
    boolean fullBlocks = outputChannels % BLOCK == 0 && (first || inputChannels % BLOCK == 0);
    if (fullBlocks) formats.add(chosen);
    if (!onePixel) {
      formats.add(channelsLast(JIT_AVX512));
      formats.add(channelsLast(JIT_AVX2));
    }
    formats.add(channelsLast(FIRST));
    if (!fullBlocks) formats.add(chosen);
    if (first) {
      formats.add(new ImageFormat("nChw8c", format_tag.nchw, format_tag.nChw8c, FIRST));
    }
    formats.add(new ImageFormat("nchw", format_tag.nchw, format_tag.nchw, FIRST));
    return formats;
  }

  private static ImageFormat channelsLast(String implementation) {
    return new ImageFormat("nhwc", format_tag.nhwc, format_tag.nhwc, implementation);
  }

  memory.desc input(long[] dimensions, memory.data_type type) {
    return OneDnn.desc(dimensions, input, type);
  }

  memory.desc output(long[] dimensions, memory.data_type type) {
    return OneDnn.desc(dimensions, output, type);
  }

  /** How the name of oneDNN's implementation of the forward pass should begin. */
  String implementation() {
    return implementation;
  }

  /** How a stored choice names it. */
  String name() {
    return name;
  }
}
