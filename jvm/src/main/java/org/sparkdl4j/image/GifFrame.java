package org.sparkdl4j.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Decodes the first frame of a GIF by javax.imageio, since this build of OpenCV reads no GIF. */
final class GifFrame {
  private static final int OPAQUE = 0xFF;

  private GifFrame() {}

  /** The whole canvas, white where the frame does not cover it, as 8-bit BGR. */
  static Mat decode(ByteBuffer encoded, ImageHeader header) throws DamagedImageException {
    BufferedImage frame = read(encoded);
    Mat canvas = new Mat(header.height(), header.width(), opencv_core.CV_8UC3);
    byte[] row = new byte[3 * header.width()];
    int[] pixels = new int[frame.getWidth()];
    for (int y = 0; y < header.height(); y++) {
      Arrays.fill(row, (byte) 0xFF);
      int source = y - header.frameTop();
      if (source >= 0 && source < frame.getHeight()) {
        frame.getRGB(0, source, frame.getWidth(), 1, pixels, 0, frame.getWidth());
        for (int x = 0; x < pixels.length; x++) {
          // A pixel of a GIF is either opaque or not there at all.
          if (pixels[x] >>> 24 != OPAQUE) continue;
          int at = 3 * (header.frameLeft() + x);
          row[at] = (byte) pixels[x];
          row[at + 1] = (byte) (pixels[x] >> 8);
          row[at + 2] = (byte) (pixels[x] >> 16);
        }
      }
      new BytePointer(canvas.ptr(y)).put(row);
    }
    return canvas;
  }

  private static BufferedImage read(ByteBuffer encoded) throws DamagedImageException {
    byte[] content = new byte[encoded.remaining()];
    encoded.duplicate().get(content);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      reader.setInput(in, true, true);
      return reader.read(0);
    } catch (IOException | RuntimeException e) {
      throw new DamagedImageException(
          DamageReason.CORRUPT, "the GIF decoder rejects it: " + e.getMessage());
    } finally {
      reader.dispose();
    }
  }
}
