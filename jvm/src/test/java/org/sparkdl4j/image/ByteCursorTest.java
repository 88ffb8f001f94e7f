package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteCursorTest {
  @Test
  void findsEveryFFWhereverItIs() throws DamagedImageException {
    Random random = new Random(4);
    for (int length = 0; length < 60; length++) {
      byte[] data = new byte[length];
      random.nextBytes(data);
      // Neighbours of 0xFF, which arithmetic on eight bytes at a time could mistake for it.
      for (int i = 0; i < length; i++) {
        if (random.nextInt(3) == 0) data[i] = (byte) new int[] {0xFE, 0xFF, 0x00, 0x7F}[i % 4];
      }
      ByteCursor cursor = new ByteCursor(ByteBuffer.wrap(data));
      for (int i = 0; i < length; i++) {
        if (data[i] != (byte) 0xFF) continue;
        cursor.skipPastFF();
        assertEquals(i + 1, cursor.position());
      }
      DamagedImageException end =
          assertThrows(DamagedImageException.class, () -> cursor.skipPastFF());
      assertEquals(DamageReason.TRUNCATED, end.reason());
    }
  }
}
