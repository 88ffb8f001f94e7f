package org.sparkdl4j.plan;

/** Memory that whoever asked last has, and nobody else any more. */
final class LastTaker implements AutoCloseable {
  private final Arena arena = new Arena();
  private long turn;

  /** Takes it from whoever had it; returns its address. */
  long take(long bytes) {
    turn++;
    arena.require(bytes);
    return arena.address();
  }

  /** A number that changes when it is taken. */
  long turn() {
    return turn;
  }

  /** Gives the memory back; who had it has lost it. */
  @Override
  public void close() {
    turn++;
    arena.close();
  }
}
