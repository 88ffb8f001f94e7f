package org.sparkdl4j.plan;

import org.bytedeco.dnnl.global.dnnl;

/** A processor's instructions, as oneDNN tells them apart; each rounds in its own way. */
public enum InstructionSet {
  SSE41(dnnl.dnnl_cpu_isa_sse41, "SSE4.1"),
  AVX(dnnl.dnnl_cpu_isa_avx, "AVX"),
  AVX2(dnnl.dnnl_cpu_isa_avx2, "AVX2"),
  AVX2_VNNI(dnnl.dnnl_cpu_isa_avx2_vnni, "AVX2 VNNI"),
  AVX512_MIC(dnnl.dnnl_cpu_isa_avx512_mic, "AVX-512 of Xeon Phi"),
  AVX512_MIC_4OPS(dnnl.dnnl_cpu_isa_avx512_mic_4ops, "AVX-512 4OPS of Xeon Phi"),
  AVX512_CORE(dnnl.dnnl_cpu_isa_avx512_core, "AVX-512"),
  AVX512_CORE_VNNI(dnnl.dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"),
  AVX512_CORE_BF16(dnnl.dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"),
  AVX512_CORE_AMX(dnnl.dnnl_cpu_isa_avx512_core_amx, "AMX");

  /**
   * The environment variable that limits a process to one of these, by {@link #name}, from its
   * start.
   */
  public static final String LIMIT = "DNNL_MAX_CPU_ISA";

  private final int bits;
  private final String label;

  InstructionSet(int bits, String label) {
    this.bits = bits;
    this.label = label;
  }

  /** What this process computes with: the processor's, or what {@link #LIMIT} allows of them. */
  public static InstructionSet ofThisProcess() {
    return within(Processor.instructions());
  }

  /** The largest that this one and another one have in common. */
  public InstructionSet common(InstructionSet other) {
    return within(bits & other.bits);
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  private static InstructionSet within(int bits) {
    InstructionSet largest = SSE41;
    for (InstructionSet set : values()) {
      boolean isWithin = (set.bits & bits) == set.bits;
      if (isWithin && Integer.bitCount(set.bits) > Integer.bitCount(largest.bits)) largest = set;
    }
    return largest;
  }
}
