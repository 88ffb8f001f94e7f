package org.sparkdl4j.cli;

import java.util.List;

/** A row of a CSV file, as Python's module csv writes it. */
final class CsvRow {
  private CsvRow() {}

  static void append(StringBuilder csv, List<String> fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) csv.append(',');
      String field = fields.get(i);
      boolean quoted = field.matches("(?s).*[,\"\r\n].*");
      csv.append(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
    }
    csv.append("\r\n");
  }
}
