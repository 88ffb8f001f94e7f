package org.sparkdl4j.model;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's binary format of a flat float array, as ModelSerializer writes it. Reading does not go
 * through ND4J, which allocates whatever the header declares.
 */
final class ArrayFormat {
  /** The most bytes that stand before the values. */
  static final int MAX_HEADER = 1024;

  private static final int CHUNK = 1 << 14;

  private ArrayFormat() {}

  static void write(INDArray array, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, 1 << 16));
    Nd4j.write(array, data);
    data.flush();
  }

  /**
   * Reads an array to its end.
   *
   * @param length the number of values that there must be
   * @throws IOException when the array has another shape, type or length
   */
  static float[] read(InputStream in, int length) throws IOException {
    DataInputStream data = new DataInputStream(in);
    long product = shape(data);
    long declared = header(data, "FLOAT");
    if (declared != length || product != length) {
      throw new IOException("it holds an array of " + declared + " values instead of " + length);
    }
    float[] values = values(data, length);
    if (data.read() >= 0) throw new IOException("there is more after its array");
    return values;
  }

  /**
   * Reads a flat array of float or double, which something may follow.
   *
   * @param most the most values that it may have
   * @throws IOException when the array has another shape, type or length
   */
  static double[] readVector(DataInputStream data, int most) throws IOException {
    long product = shape(data);
    data.readUTF();
    long declared = data.readLong();
    String type = data.readUTF();
    boolean isDouble = type.equals("DOUBLE");
    if (declared != product || declared < 1 || declared > most) {
      throw new IOException("it holds an array of " + declared + " values");
    }
    if (!isDouble && !type.equals("FLOAT")) {
      throw new IOException("its array is of the kind " + type);
    }
    double[] values = new double[(int) declared];
    for (int i = 0; i < values.length; i++) {
      values[i] = isDouble ? data.readDouble() : data.readFloat();
    }
    return values;
  }

  /** Reads the shape of a flat array; returns its length. */
  private static long shape(DataInputStream data) throws IOException {
    long shapeLength = header(data, "LONG");
    // Rank, sizes, strides, extras, element-wise stride, order: of a vector or a row.
    if (shapeLength != 6 && shapeLength != 8) throw new IOException("its array is not flat");
    long rank = data.readLong();
    if (shapeLength != 2 * rank + 4) throw new IOException("its array's shape is inconsistent");
    long product = 1;
    for (int i = 0; i < rank; i++) {
      long size = data.readLong();
      if (size != 1 && product != 1) throw new IOException("its array is not flat");
      product *= size;
    }
    for (long i = rank + 1; i < shapeLength; i++) data.readLong();
    return product;
  }

  private static long header(DataInputStream data, String type) throws IOException {
    String mode = data.readUTF();
    long length = data.readLong();
    String found = data.readUTF();
    if (!mode.equals("MIXED_DATA_TYPES") || !found.equals(type)) {
      throw new IOException("its array is of the kind " + mode + " " + found);
    }
    return length;
  }

  private static float[] values(DataInputStream data, int length) throws IOException {
    float[] values = new float[length];
    byte[] chunk = new byte[CHUNK * Float.BYTES];
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      data.readFully(chunk, 0, count * Float.BYTES);
      ByteBuffer.wrap(chunk).asFloatBuffer().get(values, from, count);
    }
    return values;
  }
}
