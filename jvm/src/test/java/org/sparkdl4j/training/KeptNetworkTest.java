package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.plan.NetworkCore;

/** A network that is kept, in memory and in a file. */
class KeptNetworkTest {
  private static final String NETWORK = "{'updater':'adam','learning_rate':0.01}";
  private static final TrainingOptions OPTIONS = Blobs.options("{'epochs':1,'batch_size':10}");

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE})
  void goesBackToWhatWasKept(long largestInMemory) {
    try (NetworkCore core = Blobs.core(NETWORK)) {
      NetworkState first = core.snapshot();
      try (KeptNetwork kept = new KeptNetwork(core, largestInMemory)) {
        train(core);
        NetworkState second = core.snapshot();
        assertSame(first, kept.state());
        // To look at what was kept changes nothing.
        assertSame(second, core.snapshot());
        kept.restore();
        assertSame(first, core.snapshot());
        core.restore(second);
        kept.keep();
        core.restore(first);
        kept.restore();
        assertSame(second, core.snapshot());
        assertEquals(0, temporaryFiles());
      }
    }
  }

  private static void train(NetworkCore core) {
    try (LabeledImages pictures = Blobs.images(30, 1);
        StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, pictures)) {
      TrainingRun run = new TrainingRun(core, () -> null, scaler, pictures, null, OPTIONS);
      run.start();
      while (!String.valueOf(run.poll(1000)).contains("\"end\"")) {
        // The last event tells that it has ended.
      }
      run.result();
    }
  }

  private static long temporaryFiles() {
    File[] all = new File(System.getProperty("java.io.tmpdir")).listFiles();
    return Arrays.stream(Objects.requireNonNull(all))
        .filter(file -> file.getName().startsWith("sparkdl4j-kept-"))
        .count();
  }

  private static void assertSame(NetworkState expected, NetworkState actual) {
    assertArrayEquals(expected.parameters(), actual.parameters());
    assertArrayEquals(expected.updater(), actual.updater());
    assertEquals(expected.iteration(), actual.iteration());
    assertEquals(expected.epoch(), actual.epoch());
  }
}
