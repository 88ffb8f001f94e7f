package org.sparkdl4j.plan;

/** Something that follows from DL4J's parameters and is brought up to date when they change. */
abstract class DerivedParameters {
  private long derivedFrom = -1;

  /** Computes it again, if the parameters have another version than then, or it was lost. */
  final void refresh(long version) {
    if (derivedFrom == version && !isLost()) return;
    derive();
    derivedFrom = version;
  }

  /** Gives its memory back until it is computed again. */
  final void drop() {
    derivedFrom = -1;
    free();
  }

  /** Computes it from the present parameters, in memory that {@link #free} may have taken. */
  abstract void derive();

  /** Whether its memory was taken since; memory of its own never is. */
  boolean isLost() {
    return false;
  }

  /** Gives memory back that {@link #derive} can take again. */
  abstract void free();

  /** Gives up what it holds; a plan calls it once. */
  abstract void release();
}
