package org.sparkdl4j.plan;

/** Something that follows from DL4J's parameters and is brought up to date when they change. */
abstract class DerivedParameters {
  private long derivedFrom = -1;

  /** Computes it again, if the parameters have another version than at the last time. */
  final void refresh(long version) {
    if (derivedFrom == version) return;
    derive();
    derivedFrom = version;
  }

  /** Computes it from the present parameters. */
  abstract void derive();

  /** Gives up what it holds; a plan calls it once. */
  abstract void release();
}
