package org.sparkdl4j.cli;

import java.util.List;
import org.sparkdl4j.evaluation.ConfusionMatrix;

/** The confusion matrix as text: rows actual, columns predicted. */
final class ConfusionTable {
  private static final int WIDEST_NAME = 16;

  private ConfusionTable() {}

  static String of(ConfusionMatrix matrix, List<String> labels) {
    int width = 6;
    for (String label : labels) width = Math.max(width, Math.min(WIDEST_NAME, label.length()) + 2);
    StringBuilder table = new StringBuilder(cell("", width));
    for (String label : labels) table.append(cell(label, width));
    for (int actual = 0; actual < labels.size(); actual++) {
      table.append('\n').append(cell(labels.get(actual), width));
      for (int predicted = 0; predicted < labels.size(); predicted++) {
        table.append(cell(Long.toString(matrix.count(actual, predicted)), width));
      }
    }
    return table.toString();
  }

  private static String cell(String text, int width) {
    String shown = text.length() > WIDEST_NAME ? text.substring(0, WIDEST_NAME - 1) + "…" : text;
    return " ".repeat(width - shown.length()) + shown;
  }
}
