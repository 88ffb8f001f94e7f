package org.sparkdl4j.bridge;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.opencv.global.opencv_core;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.spec.Json;

/** What the JVM and the native code are. */
public final class Environment {
  private Environment() {}

  /** JSON: java, java_home, heap_megabytes, nd4j, threads, onednn, opencv. */
  public static String describe() {
    // Before anything else of ND4J: see Dl4jCore.
    int threads = Nd4j.getEnvironment().maxThreads();
    dnnl_version_t version = dnnl.dnnl_version();
    return Json.write(
        Json.object()
            .put(
                "java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"))
            .put("java_home", System.getProperty("java.home"))
            .put("heap_megabytes", Runtime.getRuntime().maxMemory() >> 20)
            .put("nd4j", Nd4j.getBackend().getClass().getSimpleName())
            .put("threads", threads)
            .put(
                "onednn",
                version.major()
                    + "."
                    + version.minor()
                    + "."
                    + version.patch()
                    + ", instructions "
                    + instructions())
            .put("opencv", opencv_core.CV_VERSION));
  }

  private static String instructions() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    if (isa == dnnl.dnnl_cpu_isa_sse41) return "SSE4.1";
    if (isa == dnnl.dnnl_cpu_isa_avx) return "AVX";
    if (isa == dnnl.dnnl_cpu_isa_avx2) return "AVX2";
    if (isa == dnnl.dnnl_cpu_isa_avx2_vnni) return "AVX2 VNNI";
    if (isa == dnnl.dnnl_cpu_isa_avx512_core) return "AVX-512";
    if (isa == dnnl.dnnl_cpu_isa_avx512_core_vnni) return "AVX-512 VNNI";
    if (isa == dnnl.dnnl_cpu_isa_avx512_core_bf16) return "AVX-512 BF16";
    if (isa == dnnl.dnnl_cpu_isa_avx512_core_amx) return "AMX";
    return "0x" + Integer.toHexString(isa);
  }
}
