package org.sparkdl4j.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * Native objects that live until they are closed, whatever scope they were made in. javacpp frees
 * an object when its last reference is released; without one the garbage collector would decide.
 */
public final class NativeObjects implements AutoCloseable {
  private final List<Pointer> objects = new ArrayList<>();

  /** Keeps an object, and returns it. */
  public <P extends Pointer> P keep(P object) {
    object.retainReference();
    objects.add(object);
    return object;
  }

  /** Releases the objects, the last first. Idempotent. */
  @Override
  public void close() {
    for (int i = objects.size() - 1; i >= 0; i--) objects.get(i).releaseReference();
    objects.clear();
  }
}
