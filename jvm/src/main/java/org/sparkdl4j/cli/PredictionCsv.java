package org.sparkdl4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/** Predictions as a CSV file, in the form of Python's module csv; row by row, and once. */
final class PredictionCsv {
  private final List<String> header;
  private final Iterator<List<String>> rows;
  private int written;
  private int damaged;

  /**
   * A file.
   *
   * @param header the names of the columns
   * @param rows the last field says what is wrong with a picture; empty where nothing is
   */
  PredictionCsv(List<String> header, Iterator<List<String>> rows) {
    this.header = header;
    this.rows = rows;
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes(header));
    while (rows.hasNext()) {
      List<String> row = rows.next();
      out.write(bytes(row));
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

  private static byte[] bytes(List<String> fields) {
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
