package org.sparkdl4j.bridge;

import org.sparkdl4j.dataset.PixelCache;

/** A cache of decoded pictures, and how far its reading is. */
public final class CacheReading {
  private final PixelCache cache;
  private final Reading reading;

  CacheReading(PixelCache cache, Reading reading) {
    this.cache = cache;
    this.reading = reading;
  }

  public Reading reading() {
    return reading;
  }

  /** The cache's file; complete when the reading has ended well. */
  public String file() {
    return cache.file().toString();
  }

  /** Where the first picture begins in the file. One row follows for every path. */
  public long offset() {
    return cache.offset();
  }
}
