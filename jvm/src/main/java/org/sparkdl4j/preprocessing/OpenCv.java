package org.sparkdl4j.preprocessing;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** OpenCV's native code. */
public final class OpenCv {
  private OpenCv() {}

  /**
   * Loads it, and switches its own threads off.
   *
   * @throws SparkDl4jException NATIVES_MISSING when it cannot be loaded
   */
  public static void load() {
    try {
      Loader.load(opencv_imgcodecs.class);
      // Pictures are worked on side by side: OpenCV's own threads would only get in the way.
      opencv_core.setNumThreads(0);
    } catch (LinkageError e) {
      throw new SparkDl4jException(
          ErrorCode.NATIVES_MISSING,
          "the native code of OpenCV does not load on this platform ("
              + Loader.getPlatform()
              + "): "
              + e.getMessage(),
          e);
    }
  }
}
