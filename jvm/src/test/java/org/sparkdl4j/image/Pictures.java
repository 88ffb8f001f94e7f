package org.sparkdl4j.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Small pictures made on the spot. */
public final class Pictures {
  private Pictures() {}

  /** The RGB values of the test picture at a place: red grows to the right, green downwards. */
  public static int[] rgbAt(int x, int y) {
    return new int[] {x * 4 & 0xFF, y * 4 & 0xFF, 100};
  }

  /** The test picture in a format that OpenCV writes (".png", ".bmp", ".tiff", ".webp", ".jpg"). */
  public static byte[] encode(String extension, int width, int height) {
    byte[] bgr = new byte[width * height * 3];
    for (int i = 0; i < width * height; i++) {
      int[] rgb = rgbAt(i % width, i / width);
      for (int c = 0; c < 3; c++) bgr[3 * i + c] = (byte) rgb[2 - c];
    }
    return encode(extension, width, height, opencv_core.CV_8UC3, bgr);
  }

  /** Any picture of OpenCV's type in a format that OpenCV writes, without loss where it can. */
  static byte[] encode(String extension, int width, int height, int type, byte[] values) {
    // Above 100 means without loss.
    int[] options = {opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101};
    try (BytePointer data = new BytePointer(values);
        IntPointer parameters = new IntPointer(extension.equals(".webp") ? options : new int[0]);
        Mat mat = new Mat(height, width, type, data);
        BytePointer out = new BytePointer()) {
      if (!opencv_imgcodecs.imencode(extension, mat, out, parameters)) {
        throw new IllegalStateException(extension);
      }
      byte[] encoded = new byte[(int) out.limit()];
      out.get(encoded);
      return encoded;
    }
  }

  /** A picture in a format that Java writes ("gif"). */
  static byte[] encode(String format, BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, out)) throw new IllegalStateException(format);
    return out.toByteArray();
  }

  /** A PNG with the given header and rows (each led by its filter byte), and chunks between. */
  static byte[] png(int width, int height, int bits, int colorType, byte[] rows, byte[]... chunks)
      throws IOException {
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(width).putInt(height).put((byte) bits).put((byte) colorType);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
      deflater.write(rows);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    out.write(chunk("IHDR", header.array()));
    for (byte[] chunk : chunks) out.write(chunk);
    out.write(chunk("IDAT", data.toByteArray()));
    out.write(chunk("IEND", new byte[0]));
    return out.toByteArray();
  }

  static byte[] chunk(String name, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(data.length + 12);
    chunk.putInt(data.length).put(name.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, data.length + 4);
    return chunk.putInt((int) crc.getValue()).array();
  }

  /** An EXIF block that says nothing but the orientation. */
  static byte[] exif(int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(26);
    exif.put(new byte[] {'M', 'M', 0, '*'}).putInt(8).putShort((short) 1);
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return exif.array();
  }

  /** A JPEG with an EXIF segment put behind its first marker. */
  static byte[] withExif(byte[] jpeg, byte[] exif) {
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + exif.length + 10);
    out.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) (exif.length + 8));
    out.put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1)).put(exif);
    return out.put(jpeg, 2, jpeg.length - 2).array();
  }

  static byte[] decode(byte[] encoded, DecodeOptions options) throws DamagedImageException {
    byte[] pixels = new byte[options.height() * options.width() * options.channels()];
    new ImageDecoder(options).decode(encoded, ByteBuffer.wrap(pixels));
    return pixels;
  }
}
