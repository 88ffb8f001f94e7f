package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.plan.InstructionSet;

/**
 * On which processors workers train: on those that compute with the driver's instructions. Others
 * round differently, so that the result would depend on who trains what; that is refused unless a
 * setting accepts it.
 */
final class AllowedProcessors implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(AllowedProcessors.class);
  private static final long serialVersionUID = 1;

  /** Spark's setting. */
  private static final String MIXED = "spark.sparkdl4j.mixedProcessors";

  private static final String REFUSE = "refuse";
  private static final String ACCEPT = "accept";

  private final InstructionSet driver;
  private final boolean acceptsOthers;

  AllowedProcessors(InstructionSet driver, boolean acceptsOthers) {
    this.driver = driver;
    this.acceptsOthers = acceptsOthers;
  }

  /**
   * As the settings have it, for the driver that calls.
   *
   * @throws SparkDl4jException PARAMETER_RANGE
   */
  static AllowedProcessors of(SparkConf settings) {
    String mixed = settings.get(MIXED, REFUSE).toLowerCase(Locale.ROOT);
    if (!mixed.equals(REFUSE) && !mixed.equals(ACCEPT)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE,
              "Spark's setting " + MIXED + " is " + REFUSE + " or " + ACCEPT + ", not " + mixed)
          .with("parameter", MIXED);
    }
    InstructionSet own = InstructionSet.ofThisProcess();
    if (mixed.equals(ACCEPT)) {
      LOG.warn(
          "{}={}: executors that compute with other instructions than {} round differently, so the"
              + " result depends on which executor trains what",
          MIXED,
          mixed,
          own.label());
    }
    return new AllowedProcessors(own, mixed.equals(ACCEPT));
  }

  /**
   * Makes sure that this executor's is one of them.
   *
   * @throws SparkDl4jException SPARK_PROCESSORS
   */
  void requireThisOne() {
    require(InstructionSet.ofThisProcess(), "executor " + SparkEnv.get().executorId());
  }

  /** The same, for any executor. */
  void require(InstructionSet own, String executor) {
    if (own == driver) return;
    String difference =
        executor + " computes with " + own.label() + ", the driver with " + driver.label();
    if (acceptsOthers) {
      LOG.warn("{}, which is accepted", difference);
      return;
    }
    String common = driver.common(own).name();
    String limit = InstructionSet.LIMIT + "=" + common;
    String forDriver =
        common.equals(driver.name())
            ? ""
            : " and start the driver with the environment variable " + limit;
    throw new SparkDl4jException(
        ErrorCode.SPARK_PROCESSORS,
        difference
            + ", and the two round differently: set spark.executorEnv."
            + limit
            + forDriver
            + ", or accept it with "
            + MIXED
            + "="
            + ACCEPT);
  }
}
