package org.sparkdl4j.plan;

import java.util.Set;
import java.util.TreeSet;

/**
 * What {@link InstructionSetTest} starts in a process of its own, since oneDNN reads its
 * environment once: random networks against DL4J.
 */
final class InstructionSetCheck {
  static final String PASSED = "The instruction set passed.";

  private static final int NETWORKS = 8;
  private static final long FIRST_SEED = 100;

  private InstructionSetCheck() {}

  /** Takes a part of the names that implementations should have, and one that none may have. */
  public static void main(String[] arguments) {
    Set<String> implementations = new TreeSet<>();
    int apart = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + NETWORKS; seed++) {
      RandomNetwork network = RandomNetwork.ofVocabulary(seed);
      if (!Agreement.isClose(network, seed)) apart++;
      try (PlanCore core =
          new PlanCore(network.configuration, network.shape, CoreOptions.DEFAULT)) {
        for (LayerExecution execution : core.executions(network.batch)) {
          implementations.add(execution.implementation());
        }
      }
    }
    if (apart > 1) throw new AssertionError(apart + " networks parted");
    if (implementations.stream().noneMatch(name -> name.contains(arguments[0]))
        || implementations.stream().anyMatch(name -> name.contains(arguments[1]))) {
      throw new AssertionError("wrong instructions: " + implementations);
    }
    System.out.println(PASSED);
  }
}
