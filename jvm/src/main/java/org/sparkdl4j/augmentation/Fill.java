package org.sparkdl4j.augmentation;

import java.util.Locale;

/** What is shown beyond the edges of a picture. */
public enum Fill {
  /** The pixel of the edge. */
  NEAREST {
    @Override
    int index(int i, int n) {
      return Math.max(0, Math.min(i, n - 1));
    }
  },
  /** The picture mirrored at its edge, which is shown once more: {@code b a | a b c | c b}. */
  REFLECT {
    @Override
    int index(int i, int n) {
      int inPeriod = Math.floorMod(i, 2 * n);
      return Math.min(inPeriod, 2 * n - 1 - inPeriod);
    }
  },
  /** Zeros. */
  BLACK {
    @Override
    int index(int i, int n) {
      return i < 0 || i >= n ? OUTSIDE : i;
    }
  };

  /** The index of zeros. */
  static final int OUTSIDE = -1;

  /** By the name that options have. */
  static Fill of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /**
   * The row or column to show.
   *
   * @param i any integer
   * @param n how many rows or columns there are
   * @return 0 to n - 1, or {@link #OUTSIDE}
   */
  abstract int index(int i, int n);
}
