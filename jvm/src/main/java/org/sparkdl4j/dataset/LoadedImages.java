package org.sparkdl4j.dataset;

import java.util.List;
import org.sparkdl4j.image.DamagedImage;

/** What an {@link ImageLoader} has put into a block. */
public final class LoadedImages {
  private final int[] fileIndices;
  private final List<DamagedImage> damaged;

  LoadedImages(int[] fileIndices, List<DamagedImage> damaged) {
    this.fileIndices = fileIndices;
    this.damaged = List.copyOf(damaged);
  }

  /** Number of good pictures: they fill the first rows of the block, in the order of the files. */
  public int size() {
    return fileIndices.length;
  }

  /** Which of the given files lies in a row of the block. */
  public int fileIndex(int row) {
    return fileIndices[row];
  }

  /** For every good picture the number of its file, ascending. */
  public int[] fileIndices() {
    return fileIndices.clone();
  }

  /** The files that were left out, in their order. */
  public List<DamagedImage> damaged() {
    return damaged;
  }
}
