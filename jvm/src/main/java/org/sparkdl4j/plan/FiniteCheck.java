package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.OneDnn;

/**
 * Whether each picture is free of NaN and infinity, which oneDNN's ReLU and max pooling would
 * swallow: the product with zeros is then zero, else NaN. Training needs none, since the gradient
 * of the first weights is a product with the pictures, too.
 */
final class FiniteCheck {
  private final memory marks;
  private final float[] rows;

  FiniteCheck(Chain chain, Tensor input) {
    int count = chain.count();
    long size = input.desc.get_size() / Float.BYTES / count;
    memory.desc pictures = OneDnn.desc(new long[] {count, size}, format_tag.nc);
    memory.desc zeros = OneDnn.desc(new long[] {1, size}, format_tag.oi);
    memory.desc out = OneDnn.desc(new long[] {count, 1}, format_tag.nc);
    inner_product_forward.primitive_desc description =
        new inner_product_forward.primitive_desc(
            new inner_product_forward.desc(prop_kind.forward_inference, pictures, zeros, out),
            chain.attributes(),
            OneDnn.ENGINE);
    memory weights = chain.own(zeros);
    FloatMemory.at(OneDnn.address(weights), size).put(new float[Math.toIntExact(size)]);
    marks = chain.own(out);
    rows = new float[count];
    chain.step(
        "input.check",
        description,
        DNNL_ARG_SRC,
        chain.picturesAs(pictures),
        DNNL_ARG_WEIGHTS,
        weights,
        DNNL_ARG_DST,
        marks);
  }

  /** Makes NaN of what was predicted for pictures that are not finite. */
  void spoil(float[] probabilities, int classes) {
    FloatMemory.at(OneDnn.address(marks), rows.length).get(rows);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == 0) continue;
      for (int k = 0; k < classes; k++) probabilities[i * classes + k] = Float.NaN;
    }
  }
}
