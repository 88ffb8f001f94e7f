package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** What the plan takes for activations and gradients. */
class PlanMemoryTest {
  private static final int[] LARGE = {226, 226, 3};
  private static final int[] SMALL = {32, 32, 3};

  @Test
  void vggTakesLittleMoreThanItMust() {
    try (PlanCore core =
        new PlanCore(configuration("vgg_conv13", LARGE), LARGE, CoreOptions.DEFAULT)) {
      for (boolean training : new boolean[] {true, false}) {
        long bytes = core.activationBytes(8, training);
        long minimum = core.minimumActivationBytes(8, training);
        assertTrue(bytes >= minimum && bytes <= 1.5 * minimum, bytes + " for " + minimum);
      }
      // The two largest activations and what Winograd's algorithm takes; not all of them.
      assertTrue(core.activationBytes(8, false) < 0.75 * core.activationBytes(8, true));
    }
  }

  @Test
  void tooLargeABatchIsRefusedWithOneThatFits() {
    NetworkConfiguration configuration = configuration("small_resnet", SMALL);
    long bytes;
    try (PlanCore core = new PlanCore(configuration, SMALL, CoreOptions.DEFAULT)) {
      bytes = core.activationBytes(16, true);
    }
    double limit = bytes / (double) (1 << 30);
    CoreOptions options = new CoreOptions("f32", 0, limit, null);
    try (PlanCore core = new PlanCore(configuration, SMALL, options)) {
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> core.activationBytes(64, true));
      assertEquals(ErrorCode.OUT_OF_MEMORY, e.code());
      Matcher fitting = Pattern.compile("a batch_size of (\\d+) fits").matcher(e.getMessage());
      assertTrue(fitting.find(), e.getMessage());
      int batch = Integer.parseInt(fitting.group(1));
      assertTrue(batch >= 12, e.getMessage());
      assertTrue(core.activationBytes(batch, true) <= bytes);
    }
    CoreOptions hopeless = new CoreOptions("f32", 0, limit / 1000, null);
    try (PlanCore core = new PlanCore(configuration, SMALL, hopeless)) {
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> core.activationBytes(64, true));
      assertTrue(e.getMessage().contains("not even one picture"), e.getMessage());
    }
  }

  private static NetworkConfiguration configuration(String name, int[] shape) {
    return NetworkSpec.reference(name)
        .toConfiguration(shape, 4, new Options("network", Json.object()), 1);
  }
}
