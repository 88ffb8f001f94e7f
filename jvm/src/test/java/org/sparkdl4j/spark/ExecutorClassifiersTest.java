package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.serving.SmallModels;
import org.sparkdl4j.training.Blobs;

class ExecutorClassifiersTest {
  @TempDir Path folder;

  @Test
  void keepsThemForTheNextTaskUntilTheMemoryIsNeeded() throws IOException {
    Path path = folder.resolve("model.zip");
    try (ImageClassifier small = SmallModels.untrained("dark", "light")) {
      small.save(path);
    }
    byte[] file = Files.readAllBytes(path);
    ImageClassifier first = ExecutorClassifiers.take("one", file);
    ExecutorClassifiers.giveBack("one", first);
    assertSame(first, ExecutorClassifiers.take("one", file));
    ExecutorClassifiers.closeIdle();
    // A task still has it.
    try (LabeledImages pictures = Blobs.images(4, 1)) {
      first.predict(pictures, 4);
    }
    ExecutorClassifiers.giveBack("one", first);
    ExecutorClassifiers.closeIdle();
    ImageClassifier second = ExecutorClassifiers.take("one", file);
    assertNotSame(first, second);
    ExecutorClassifiers.giveBack("one", second);
    ExecutorClassifiers.closeIdle();
  }
}
