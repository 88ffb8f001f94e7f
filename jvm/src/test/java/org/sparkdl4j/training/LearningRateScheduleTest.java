package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What torch.optim.lr_scheduler gives for the same schedules, of PyTorch 2.x. */
class LearningRateScheduleTest {
  @Test
  void withoutAScheduleItStays() {
    assertShares("{'epochs':2}", 2, 1, 1, 1, 1);
  }

  /** {@code StepLR(step_size=3, gamma=0.5)}: 1.5 epochs of two minibatches. */
  @Test
  void step() {
    assertShares(
        "{'epochs':4,'learning_rate_schedule':'step','schedule_epochs':1.5,'schedule_factor':0.5}",
        2,
        1,
        1,
        1,
        0.5,
        0.5,
        0.5,
        0.25,
        0.25);
  }

  /** {@code ExponentialLR(gamma=0.5 ** (1 / 2))}. */
  @Test
  void exponential() {
    assertShares(
        "{'epochs':2,'learning_rate_schedule':'exponential','schedule_epochs':1,"
            + "'schedule_factor':0.5}",
        2,
        1,
        0.70710678,
        0.5,
        0.35355339);
  }

  /** {@code CosineAnnealingLR(T_max=5, eta_min=0.1)}. */
  @Test
  void cosine() {
    assertShares(
        "{'epochs':5,'learning_rate_schedule':'cosine','schedule_final':0.1}",
        1,
        1,
        0.91405765,
        0.68905765,
        0.41094235,
        0.18594235);
  }

  /**
   * {@code OneCycleLR(max_lr=1, total_steps=10, pct_start=0.3, div_factor=25,
   * final_div_factor=1e4)}.
   */
  @Test
  void oneCycle() {
    assertShares(
        "{'epochs':2,'learning_rate_schedule':'one_cycle','schedule_final':0.000004}",
        5,
        0.04,
        0.52,
        1,
        0.95048463,
        0.81174565,
        0.61126202,
        0.38874198,
        0.18825835,
        0.04951937,
        0.000004);
  }

  /** {@code SequentialLR} of {@code LinearLR(start_factor=1/3, total_iters=2)} and cosine. */
  @Test
  void warmupComesBefore() {
    assertShares(
        "{'epochs':3,'learning_rate_schedule':'cosine','warmup_epochs':1}",
        2,
        1 / 3.0,
        2 / 3.0,
        1,
        0.85355339,
        0.5,
        0.14644661);
    // In front of one cycle it rises to where that begins.
    LearningRateSchedule cycle =
        Blobs.options("{'epochs':3,'learning_rate_schedule':'one_cycle','warmup_epochs':1.5}")
            .learningRateSchedule(10);
    for (int i = 0; i < 15; i++) assertEquals(0.04 * (i + 1) / 16, cycle.share(i), 1e-12);
    assertEquals(0.04, cycle.share(15), 1e-12);
  }

  @Test
  void everyRunHasItsRates() {
    for (String kind : new String[] {"step", "exponential", "cosine", "one_cycle"}) {
      for (int epochs = 1; epochs < 4; epochs++) {
        String options = "{'epochs':" + epochs + ",'learning_rate_schedule':'" + kind + "'";
        for (String more : new String[] {"}", ",'schedule_peak':0.01}", ",'schedule_peak':0.99}"}) {
          for (int steps = 1; steps < 4; steps++) {
            LearningRateSchedule schedule =
                Blobs.options(options + more).learningRateSchedule(steps);
            for (int i = 0; i < epochs * steps + 2; i++) {
              double share = schedule.share(i);
              assertTrue(share >= 0 && share <= 1, () -> options + more + ": " + share);
            }
          }
        }
      }
    }
  }

  @Test
  void aWarmupIsShorterThanTheRun() {
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class, () -> Blobs.options("{'epochs':2,'warmup_epochs':2}"));
    assertEquals(ErrorCode.PARAMETER_CONFLICT, refused.code());
  }

  private static void assertShares(String options, int stepsPerEpoch, double... expected) {
    LearningRateSchedule schedule = Blobs.options(options).learningRateSchedule(stepsPerEpoch);
    double[] shares = LongStream.range(0, expected.length).mapToDouble(schedule::share).toArray();
    assertArrayEquals(expected, shares, 1e-7);
  }
}
