package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;

/**
 * In which formats a convolution reads and writes, the most promising first. The rule looks at
 * channels only, never at a clock: two formats round differently, and a run must not mix them.
 *
 * <p>oneDNN's own choice is a blocked format. It is the fastest unless channels must be padded to
 * full blocks: the padding is computed too, so that 20 channels cost as much as 32.
 */
final class ImageFormat {
  /** The widest block of channels that oneDNN uses. */
  private static final int BLOCK = 16;

  private final format_tag input;
  private final format_tag output;

  private ImageFormat(format_tag input, format_tag output) {
    this.input = input;
    this.output = output;
  }

  static List<ImageFormat> candidates(boolean first, long inputChannels, long outputChannels) {
    List<ImageFormat> formats = new ArrayList<>();
    ImageFormat chosen = new ImageFormat(first ? format_tag.nchw : format_tag.any, format_tag.any);
    ImageFormat channelsLast = new ImageFormat(format_tag.nhwc, format_tag.nhwc);
    boolean fullBlocks = outputChannels % BLOCK == 0 && (first || inputChannels % BLOCK == 0);
    if (fullBlocks) formats.add(chosen);
    // Few channels of pictures are read best as they come; half blocks pad less.
    if (first && inputChannels > 1) {
      formats.add(new ImageFormat(format_tag.nchw, format_tag.nChw8c));
    }
    formats.add(channelsLast);
    if (!fullBlocks) formats.add(chosen);
    formats.add(new ImageFormat(format_tag.nchw, format_tag.nchw));
    return formats;
  }

  memory.desc input(long[] dimensions, memory.data_type type) {
    return OneDnn.desc(dimensions, input, type);
  }

  memory.desc output(long[] dimensions, memory.data_type type) {
    return OneDnn.desc(dimensions, output, type);
  }

  @Override
  public String toString() {
    return input + ":" + output;
  }
}
