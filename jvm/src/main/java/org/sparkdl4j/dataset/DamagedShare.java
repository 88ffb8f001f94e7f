package org.sparkdl4j.dataset;

import java.util.List;
import java.util.stream.Collectors;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The limit on the share of damaged pictures. */
public final class DamagedShare {
  private static final int NAMED = 5;

  private DamagedShare() {}

  /**
   * Checks the limit.
   *
   * @param damaged what was found, each with a text of path and reason
   * @param total pictures that were looked at
   * @param maxDamaged largest share, 0 to 1
   * @throws SparkDl4jException DATA_DAMAGED above the limit, DATA_EMPTY when none is good
   */
  public static void check(List<?> damaged, long total, double maxDamaged) {
    boolean allDamaged = damaged.size() == total;
    if (!allDamaged && damaged.size() <= maxDamaged * total) return;
    String named =
        damaged.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "));
    if (damaged.size() > NAMED) named += " and " + (damaged.size() - NAMED) + " more";
    throw new SparkDl4jException(
            allDamaged ? ErrorCode.DATA_EMPTY : ErrorCode.DATA_DAMAGED,
            allDamaged
                ? "none of the " + total + " pictures can be used: " + named
                : damaged.size()
                    + " of "
                    + total
                    + " pictures are damaged, more than max_damaged="
                    + maxDamaged
                    + " allows: "
                    + named
                    + "; repair or remove them, or raise max_damaged")
        .with("damaged", damaged.stream().map(Object::toString).collect(Collectors.toList()))
        .with("damaged_count", damaged.size())
        .with("total", total);
  }
}
