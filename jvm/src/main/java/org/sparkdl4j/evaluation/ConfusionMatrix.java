package org.sparkdl4j.evaluation;

import java.util.function.IntToLongFunction;

/** How often each class was predicted as each class. Undefined ratios (0/0) count as 0. */
public final class ConfusionMatrix {
  private final long[][] counts;

  /** An empty matrix. */
  public ConfusionMatrix(int classes) {
    counts = new long[classes][classes];
  }

  /** Counts one picture. */
  public void add(int actual, int predicted) {
    add(actual, predicted, 1);
  }

  /** Counts so many pictures. */
  public void add(int actual, int predicted, long pictures) {
    counts[actual][predicted] += pictures;
  }

  public int classes() {
    return counts.length;
  }

  /** How many pictures of one class were predicted as another. */
  public long count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** The number of pictures. */
  public long total() {
    long sum = 0;
    for (int k = 0; k < counts.length; k++) sum += support(k);
    return sum;
  }

  /** The number of pictures that are of a class. */
  public long support(int actual) {
    long sum = 0;
    for (long count : counts[actual]) sum += count;
    return sum;
  }

  /** The share of pictures predicted as their own class. */
  public double accuracy() {
    return ratio(hits(), total());
  }

  /** The mean recall of the classes that have pictures. */
  public double balancedAccuracy() {
    double sum = 0;
    int present = 0;
    for (int k = 0; k < counts.length; k++) {
      if (support(k) == 0) continue;
      sum += recall(k);
      present++;
    }
    return present == 0 ? 0 : sum / present;
  }

  /**
   * Cohen's kappa (1960): the agreement above that of chance. NaN where all pictures are of one
   * class and were predicted as it.
   */
  public double cohenKappa() {
    double total = total();
    double byChance = sumOfProducts(this::support, this::predicted);
    return (total * hits() - byChance) / (total * total - byChance);
  }

  /**
   * The correlation of actual and predicted classes (Matthews 1975; of many classes: Gorodkin
   * 2004). 0 where all pictures are of one class, or were predicted as one.
   */
  public double matthewsCorrelation() {
    double total = total();
    double both = total * hits() - sumOfProducts(this::support, this::predicted);
    double ofActual = total * total - sumOfProducts(this::support, this::support);
    double ofPredicted = total * total - sumOfProducts(this::predicted, this::predicted);
    double scale = Math.sqrt(ofActual * ofPredicted);
    return scale == 0 ? 0 : both / scale;
  }

  /** The share of the pictures predicted as a class that are of it. */
  public double precision(int k) {
    return ratio(counts[k][k], predicted(k));
  }

  /** The share of the pictures of a class that were predicted as it. */
  public double recall(int k) {
    return ratio(counts[k][k], support(k));
  }

  /** The harmonic mean of precision and recall. */
  public double f1(int k) {
    return ratio(2 * counts[k][k], support(k) + predicted(k));
  }

  private long hits() {
    long sum = 0;
    for (int k = 0; k < counts.length; k++) sum += counts[k][k];
    return sum;
  }

  private double sumOfProducts(IntToLongFunction left, IntToLongFunction right) {
    double sum = 0;
    for (int k = 0; k < counts.length; k++) {
      sum += (double) left.applyAsLong(k) * right.applyAsLong(k);
    }
    return sum;
  }

  private long predicted(int k) {
    long sum = 0;
    for (long[] row : counts) sum += row[k];
    return sum;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
