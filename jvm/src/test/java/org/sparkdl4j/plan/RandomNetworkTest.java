package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.onednn.Threads;

/** The plan against stock DL4J on networks that nobody has thought of. */
class RandomNetworkTest {
  @Test
  void agreesWithDl4j() {
    agree(RandomNetwork::ofVocabulary, 0, 60, 2);
  }

  /** Without kinks and winners, rounding stays rounding. */
  @Test
  void agreesWithDl4jExactlyWhereNothingFlips() {
    agree(RandomNetwork::smooth, 0, 20, 0);
  }

  @Test
  void agreesWithDl4jOnSettingsOfItsOwn() {
    agree(RandomNetwork::ofDl4j, 0, 15, 1);
  }

  /** One where oneDNN, with two threads, writes behind the scratchpad that it has asked for. */
  @Test
  void agreesWithDl4jOnStridedPointsOfFewChannels() {
    Threads.with(
        2,
        () -> {
          agree(RandomNetwork::ofVocabulary, 1220, 1, 0);
          return null;
        });
  }

  @Test
  @Tag("long")
  void agreesWithDl4jOnManyNetworks() {
    agree(RandomNetwork::ofVocabulary, 1000, 500, 10);
    // RMSProp and Adam make whole steps out of rounding: of 1075 and 1178, DL4J itself parts as far
    // from a twin whose weights are 1e-7 beside its own.
    agree(RandomNetwork::smooth, 1000, 200, 4);
    agree(RandomNetwork::ofDl4j, 1000, 200, 4);
  }

  /** Compares networks; {@code flips} is how many may part after a step that rounding decided. */
  private static void agree(
      LongFunction<RandomNetwork> networks, long firstSeed, int cases, int flips) {
    List<String> failures = new ArrayList<>();
    List<String> apart = new ArrayList<>();
    for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
      RandomNetwork network = networks.apply(seed);
      try {
        if (!Agreement.isClose(network, seed)) apart.add(network.toString());
      } catch (RuntimeException | AssertionError e) {
        failures.add(network + ": " + e);
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertTrue(apart.size() <= flips, () -> "apart:\n" + String.join("\n", apart));
  }
}
