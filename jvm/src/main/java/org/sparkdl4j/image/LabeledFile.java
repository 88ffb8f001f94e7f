package org.sparkdl4j.image;

import java.nio.file.Path;

/** A picture file and the name of its class. */
public final class LabeledFile {
  private final Path path;
  private final String label;

  public LabeledFile(Path path, String label) {
    this.path = path;
    this.label = label;
  }

  public Path path() {
    return path;
  }

  public String label() {
    return label;
  }
}
