package org.sparkdl4j.onednn;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The compiled things that were used last, by key; whichever was used longest ago is closed. */
public final class RecentlyUsed<K, V> implements AutoCloseable {
  /** Compiled things take little memory beside what they share, but some. */
  private static final int MOST = 32;

  private final Consumer<V> closing;
  private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Nothing yet.
   *
   * @param closing how one of the things is closed
   */
  public RecentlyUsed(Consumer<V> closing) {
    this.closing = closing;
  }

  /** What was put under the key, or null when there is nothing, or no longer. */
  public V get(K key) {
    return values.get(key);
  }

  /** Keeps what nothing was put for yet, and closes another when there are too many. */
  public void put(K key, V value) {
    if (values.size() == MOST) {
      // The first is the one that was used longest ago.
      closing.accept(values.remove(values.keySet().iterator().next()));
    }
    values.put(key, value);
  }

  /** All of them. */
  public Collection<V> values() {
    return values.values();
  }

  /** Closes all of them; new ones may be put afterwards. */
  @Override
  public void close() {
    values.values().forEach(closing);
    values.clear();
  }
}
