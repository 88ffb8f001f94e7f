package org.sparkdl4j.image;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.preprocessing.OpenCv;
import org.sparkdl4j.preprocessing.PictureTooSmallException;
import org.sparkdl4j.preprocessing.Scale;

/**
 * Turns an encoded picture into {@code height x width x channels} bytes, or floats where the
 * options' preprocessing makes such: RGB or grey, row by row.
 *
 * <p>Transparency is laid over white, EXIF's orientation is applied, 16 bits go through the window.
 * Preprocessing, where there is any, sees the upright picture in its full size; or in the size that
 * it scales to first. Area interpolation shrinks, bilinear interpolation enlarges; the aspect ratio
 * is not kept. The result depends on the bytes and the options alone. Safe for use by many threads.
 */
public final class ImageDecoder {
  /**
   * Changes whenever the same file becomes other pixels, so that stored pixels are known as old.
   */
  public static final int REVISION = 1;

  private final DecodeOptions options;

  /**
   * A decoder.
   *
   * @throws SparkDl4jException NATIVES_MISSING when OpenCV cannot be loaded
   */
  public ImageDecoder(DecodeOptions options) {
    this.options = options;
    OpenCv.load();
  }

  public DecodeOptions options() {
    return options;
  }

  /** Decodes one picture, as {@link #decode(ByteBuffer, ByteBuffer)}. */
  public void decode(byte[] encoded, ByteBuffer target) throws DamagedImageException {
    decode(ByteBuffer.wrap(encoded), target);
  }

  /**
   * Decodes one picture.
   *
   * @param encoded the whole file, from the position to the limit, which stay as they are
   * @param target where the picture goes, {@link DecodeOptions#pictureBytes} from its position on,
   *     which moves behind them; untouched when the picture is damaged
   * @throws DamagedImageException when the picture cannot be used
   * @throws SparkDl4jException DATA_SHAPE when the target has too little room
   */
  // The scope is only there to be closed, and its constructor takes generic varargs.
  @SuppressWarnings({"try", "unchecked"})
  public void decode(ByteBuffer encoded, ByteBuffer target) throws DamagedImageException {
    requireRoom(target);
    ImageHeader header = ImageHeader.read(encoded);
    requireFewPixels(header.width(), header.height());
    try (PointerScope scope = new PointerScope()) {
      Mat picture = fit(toEightBits(read(encoded, header), header), header.orientation());
      put(preprocessed(header.orientation().apply(picture)), target);
    } catch (RuntimeException e) {
      throw new DamagedImageException(
          DamageReason.CORRUPT, "the decoder rejects it: " + firstLine(e.getMessage()));
    }
  }

  /**
   * Scales a picture that somebody else has decoded, as {@link #decode} does.
   *
   * @param pixels {@code height * width * channels} bytes, row by row; or as many float32 in the
   *     machine's own byte order
   * @param channels 1 for grey, 3 for blue, green, red, 4 for these and alpha, as bytes only
   * @param isFloat whether they are float32, which the preprocessing must take
   * @param target as {@link #decode} takes it
   * @throws DamagedImageException when the picture cannot be used
   * @throws SparkDl4jException DATA_SHAPE when the target has too little room
   */
  @SuppressWarnings({"try", "unchecked"})
  public void scale(
      byte[] pixels, int height, int width, int channels, boolean isFloat, ByteBuffer target)
      throws DamagedImageException {
    requireRoom(target);
    String shape = height + "x" + width + "x" + channels;
    if (height < 1 || width < 1 || channels != 1 && channels != 3 && (channels != 4 || isFloat)) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED, "a picture cannot have the shape " + shape);
    }
    if (isFloat && !options.preprocessing().takesFloats()) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED, "its numbers are float32: begin preprocessing with to_float");
    }
    requireFewPixels(width, height);
    long size = (long) height * width * channels * (isFloat ? Float.BYTES : 1);
    if (pixels.length != size) {
      throw new DamagedImageException(
          pixels.length < size ? DamageReason.TRUNCATED : DamageReason.CORRUPT,
          shape + " numbers are " + size + " bytes, but it has " + pixels.length);
    }
    try (PointerScope scope = new PointerScope()) {
      int type = isFloat ? opencv_core.CV_32FC(channels) : opencv_core.CV_8UC(channels);
      Mat picture = new Mat(height, width, type, new BytePointer(pixels));
      if (channels == 4) picture = overWhite(picture, false);
      put(preprocessed(fit(picture, Orientation.NORMAL)), target);
    }
  }

  /** An upright BGR or grey picture after all steps, in its final size and channels. */
  private Mat preprocessed(Mat upright) throws DamagedImageException {
    Mat changed;
    try {
      changed = options.preprocessing().apply(toChannels(upright, options.firstChannels()));
    } catch (PictureTooSmallException e) {
      throw new DamagedImageException(DamageReason.TOO_SMALL, e.getMessage());
    }
    Mat scaled = Scale.fit(changed, new Size(options.width(), options.height()));
    // Steps give grey or three channels in their order; grey is repeated where three are wanted.
    return scaled.channels() == options.channels()
        ? scaled
        : toChannels(scaled, options.channels());
  }

  private void requireRoom(ByteBuffer target) {
    int size = options.pictureBytes();
    if (target.remaining() < size) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "a picture needs " + size + " bytes, but there is room for " + target.remaining());
    }
  }

  private void requireFewPixels(int width, int height) throws DamagedImageException {
    if ((long) width * height > options.maxPixels()) {
      throw new DamagedImageException(
          DamageReason.TOO_MANY_PIXELS,
          width
              + "x"
              + height
              + " pixels are more than max_pixels="
              + options.maxPixels()
              + " allows");
    }
  }

  private void put(Mat picture, ByteBuffer target) {
    target.put(new BytePointer(picture.data()).capacity(options.pictureBytes()).asBuffer());
  }

  private Mat read(ByteBuffer encoded, ImageHeader header) throws DamagedImageException {
    if (header.format() == ImageFormat.GIF) return GifFrame.decode(encoded, header);
    int flags =
        header.format() == ImageFormat.JPEG ? jpegFlags(header) : opencv_imgcodecs.IMREAD_UNCHANGED;
    Mat bytes = new Mat(1, encoded.remaining(), opencv_core.CV_8U, new BytePointer(encoded));
    Mat picture = opencv_imgcodecs.imdecode(bytes, flags);
    if (picture == null || picture.empty()) {
      throw new DamagedImageException(
          DamageReason.CORRUPT, "the " + header.format() + " decoder rejects the content");
    }
    return picture;
  }

  /** JPEG is decoded at 1/8, 1/4 or 1/2 of its size where that is still as large as the target. */
  private int jpegFlags(ImageHeader header) {
    boolean grey = options.firstChannels() == 1 || header.samples() == 1;
    int flags = grey ? opencv_imgcodecs.IMREAD_GRAYSCALE : opencv_imgcodecs.IMREAD_COLOR;
    Size target = firstSize(header.orientation());
    if (target == null) return flags | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
    for (int divisor = 8; divisor > 1; divisor /= 2) {
      if ((header.width() + divisor - 1) / divisor >= target.width()
          && (header.height() + divisor - 1) / divisor >= target.height()) {
        // IMREAD_REDUCED_GRAYSCALE_2, _4, _8 are 16, 32, 64; the colour flag is added to them.
        flags |= 8 * divisor;
        break;
      }
    }
    return flags | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
  }

  /**
   * What a picture is scaled to before anything else, and before it is turned upright: turning it
   * last is cheapest. Null where a step comes before.
   */
  private Size firstSize(Orientation orientation) {
    int[] size =
        options.preprocessing().isEmpty()
            ? new int[] {options.height(), options.width()}
            : options.preprocessing().firstScale();
    if (size == null) return null;
    return orientation.transposes() ? new Size(size[0], size[1]) : new Size(size[1], size[0]);
  }

  /** The picture as 8-bit grey or BGR, without transparency. */
  private Mat toEightBits(Mat picture, ImageHeader header) throws DamagedImageException {
    int depth = picture.depth();
    if (depth != opencv_core.CV_8U && depth != opencv_core.CV_16U) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED,
          header.bits() + " bits per sample are not supported in " + header.format());
    }
    boolean wide = depth == opencv_core.CV_16U;
    if (wide && header.format() == ImageFormat.TIFF && header.zeroIsWhite()) {
      opencv_core.bitwise_not(picture, picture);
    }
    if (header.transparentGrey() >= 0) return greyOverWhite(picture, header);
    if (picture.channels() == 4) {
      return overWhite(picture, !wide && header.format() == ImageFormat.TIFF);
    }
    return wide ? options.window().apply(picture) : picture;
  }

  /**
   * A picture with alpha as 8-bit BGR.
   *
   * @param weighted whether the colours are already multiplied by alpha
   */
  private Mat overWhite(Mat picture, boolean weighted) {
    Mat alpha = new Mat();
    opencv_core.extractChannel(picture, alpha, 3);
    Mat color = new Mat();
    opencv_imgproc.cvtColor(picture, color, opencv_imgproc.COLOR_BGRA2BGR);
    if (picture.depth() == opencv_core.CV_16U) {
      color = options.window().apply(color);
      alpha = Window.FULL.apply(alpha);
    }
    layOverWhite(color, alpha, weighted);
    return color;
  }

  /** A grey PNG in which one value stands for transparent. */
  private Mat greyOverWhite(Mat picture, ImageHeader header) {
    // The decoder spreads fewer than 8 bits over the whole range.
    int unit = header.bits() < 8 ? 255 / ((1 << header.bits()) - 1) : 1;
    Mat transparent = new Mat();
    Scalar value = new Scalar((double) header.transparentGrey() * unit);
    Mat everywhere = new Mat(picture.size(), picture.type(), value);
    opencv_core.compare(picture, everywhere, transparent, opencv_core.CMP_EQ);
    Mat grey = header.bits() == 16 ? options.window().apply(picture) : picture;
    grey.setTo(new Mat(new Scalar(255.0)), transparent);
    return grey;
  }

  /**
   * Lays colours over white, in place.
   *
   * @param weighted whether the colours are already multiplied by alpha
   */
  private static void layOverWhite(Mat color, Mat alpha, boolean weighted) {
    byte[] colors = new byte[3 * color.cols()];
    byte[] alphas = new byte[color.cols()];
    for (int y = 0; y < color.rows(); y++) {
      BytePointer row = color.ptr(y);
      row.get(colors);
      alpha.ptr(y).get(alphas);
      for (int i = 0; i < colors.length; i++) {
        int opacity = alphas[i / 3] & 0xFF;
        int value = (colors[i] & 0xFF) * (weighted ? 255 : opacity);
        colors[i] = (byte) Math.min(255, (value + 255 * (255 - opacity) + 127) / 255);
      }
      row.put(colors);
    }
  }

  private Mat fit(Mat picture, Orientation orientation) {
    Size size = firstSize(orientation);
    return size == null ? picture : Scale.fit(picture, size);
  }

  /** A BGR or grey picture as RGB or grey. */
  private static Mat toChannels(Mat picture, int channels) {
    boolean grey = picture.channels() == 1;
    if (grey && channels == 1) return picture;
    int conversion =
        grey
            ? opencv_imgproc.COLOR_GRAY2RGB
            : channels == 1 ? opencv_imgproc.COLOR_BGR2GRAY : opencv_imgproc.COLOR_BGR2RGB;
    Mat result = new Mat();
    opencv_imgproc.cvtColor(picture, result, conversion);
    return result;
  }

  private static String firstLine(String text) {
    return text == null ? "no reason given" : text.split("\n", 2)[0];
  }
}
