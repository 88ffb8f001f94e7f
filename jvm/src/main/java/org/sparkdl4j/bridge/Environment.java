package org.sparkdl4j.bridge;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.opencv.global.opencv_core;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.plan.InstructionSet;
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
                    + InstructionSet.ofThisProcess().label())
            .put("opencv", opencv_core.CV_VERSION));
  }
}
