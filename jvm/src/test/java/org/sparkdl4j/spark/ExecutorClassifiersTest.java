package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.onednn.Threads;
import org.sparkdl4j.serving.SmallModels;
import org.sparkdl4j.training.Blobs;

class ExecutorClassifiersTest {
  @TempDir Path folder;

  @Test
  void keepsThemForTheNextTaskUntilTheMemoryIsNeeded() throws IOException {
    byte[] file = smallModel();
    ImageClassifier first = ExecutorClassifiers.with("one", file, own -> own);
    assertSame(first, ExecutorClassifiers.with("one", file, own -> own));
    ExecutorClassifiers.with(
        "one",
        file,
        own -> {
          ExecutorClassifiers.closeIdle();
          // A task still has it.
          try (LabeledImages pictures = Blobs.images(4, 1)) {
            return own.predict(pictures, 4);
          }
        });
    assertSame(first, ExecutorClassifiers.with("one", file, own -> own));
    ExecutorClassifiers.closeIdle();
    assertNotSame(first, ExecutorClassifiers.with("one", file, own -> own));
    ExecutorClassifiers.closeIdle();
  }

  /** The thread may be one that goes on to train. */
  @Test
  void leavesTheNumberOfThreadsAsItWas() throws IOException {
    byte[] file = smallModel();
    Threads.with(
        3,
        () -> {
          int within = ExecutorClassifiers.with("one", file, own -> Threads.count());
          assertEquals(1, within);
          assertEquals(3, Threads.count());
          return null;
        });
    ExecutorClassifiers.closeIdle();
  }

  private byte[] smallModel() throws IOException {
    Path path = folder.resolve("model.zip");
    try (ImageClassifier small = SmallModels.untrained("dark", "light")) {
      small.save(path);
    }
    return Files.readAllBytes(path);
  }
}
