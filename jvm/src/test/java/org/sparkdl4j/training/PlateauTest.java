package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Early stopping and reductions, as Keras's callbacks do the same. */
class PlateauTest {
  @Test
  void stopsAfterSoManyEpochsWithoutAnImprovement() {
    EarlyStopping stopping = new EarlyStopping(options("early_stopping", "{'patience':2}"));
    double[] losses = {1, 0.8, 0.9, 0.7, 0.7, 0.71};
    boolean[] best = {true, true, false, true, false, false};
    for (int i = 0; i < losses.length; i++) {
      assertFalse(stopping.isDue());
      assertEquals(best[i], stopping.observe(epoch(i + 1, losses[i], 0)));
    }
    assertTrue(stopping.isDue());
    assertEquals("{\"metric\":\"validation_loss\",\"best_epoch\":4}", stopping.toJson().toString());
  }

  @Test
  void whatIsLittleBetterIsNoImprovement() {
    EarlyStopping stopping =
        new EarlyStopping(
            options(
                "early_stopping", "{'patience':2,'min_delta':0.1,'metric':'validation_accuracy'}"));
    stopping.observe(epoch(1, 0, 0.5));
    assertFalse(stopping.observe(epoch(2, 0, 0.6)));
    assertTrue(stopping.observe(epoch(3, 0, 0.61)));
    assertFalse(stopping.observe(epoch(4, 0, 0.7)));
    assertFalse(stopping.isDue());
    assertFalse(stopping.observe(epoch(5, 0, 0.7)));
    assertTrue(stopping.isDue());
  }

  @Test
  void reducesAgainAndAgainButNotBelowTheLeast() {
    PlateauReduction reduction =
        new PlateauReduction(
            options(
                "reduce_on_plateau",
                "{'patience':2,'factor':0.1,'min_delta':0,'min_learning_rate':0.0003}"));
    double[] losses = {1, 1, 1, 1, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6};
    double[] shares = new double[losses.length];
    for (int i = 0; i < losses.length; i++) {
      reduction.observe(epoch(i + 1, losses[i], 0), 0.01);
      shares[i] = reduction.share();
    }
    double[] expected = {1, 1, 0.1, 0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03};
    assertArrayEquals(expected, shares, 1e-12);
  }

  private static Options options(String group, String json) {
    return new Options(group, Json.readObject(json.replace('\'', '"'), "options"));
  }

  private static EpochResult epoch(int number, double loss, double accuracy) {
    return new EpochResult(number, 9, 0, loss, accuracy, 1, 1, 1, InputWaits.NONE);
  }
}
