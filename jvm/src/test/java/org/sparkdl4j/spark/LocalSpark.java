package org.sparkdl4j.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Spark in this process, or with executors of its own beside it. The jars are those that
 * spark-submit was given.
 */
final class LocalSpark {
  private LocalSpark() {}

  /**
   * A context, which the test closes.
   *
   * @param master such as {@code local[2]} or {@code local-cluster[2,1,1024]}
   */
  static JavaSparkContext start(String master) {
    return new JavaSparkContext(
        new SparkConf()
            .setMaster(master)
            .setAppName("tests")
            .set("spark.ui.enabled", "false")
            .set("spark.log.level", "OFF")
            .set("spark.driver.host", "localhost")
            .set("spark.executorEnv.OMP_NUM_THREADS", "1"));
  }
}
