package org.sparkdl4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/**
 * Predictions as a CSV file, in the form of Python's module csv, or as a JSON object a line; row by
 * row, and once.
 */
final class PredictionFile {
  private final List<String> header;
  private final Iterator<List<String>> rows;
  private final boolean isJson;
  private int written;
  private int damaged;

  /**
   * A file.
   *
   * @param header the names of the columns
   * @param rows texts: path, prediction, numbers, and what is wrong with the picture; empty where
   *     there is nothing
   * @param isJson whether to write JSON lines in place of CSV
   */
  PredictionFile(List<String> header, Iterator<List<String>> rows, boolean isJson) {
    this.header = header;
    this.rows = rows;
    this.isJson = isJson;
  }

  void writeTo(OutputStream out) throws IOException {
    if (!isJson) out.write(csv(header));
    while (rows.hasNext()) {
      List<String> row = rows.next();
      out.write(isJson ? json(row) : csv(row));
      written++;
      if (!row.get(row.size() - 1).isEmpty()) damaged++;
    }
  }

  /** Prints it, where errors of writing do not matter. */
  void printTo(PrintStream out) {
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new IllegalStateException("a PrintStream throws none", e);
    }
  }

  /** How many rows were written. */
  int rows() {
    return written;
  }

  /** How many of them are of damaged pictures. */
  int damaged() {
    return damaged;
  }

  private byte[] json(List<String> fields) {
    ObjectNode row = Json.object();
    int last = fields.size() - 1;
    for (int i = 0; i <= last; i++) {
      String field = fields.get(i);
      if (field.isEmpty()) row.putNull(header.get(i));
      else if (i >= 2 && i < last) row.put(header.get(i), Double.parseDouble(field));
      else row.put(header.get(i), field);
    }
    return (row + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] csv(List<String> fields) {
    StringBuilder row = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) row.append(',');
      String field = fields.get(i);
      boolean quoted = field.matches("(?s).*[,\"\r\n].*");
      row.append(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
    }
    return row.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }
}
