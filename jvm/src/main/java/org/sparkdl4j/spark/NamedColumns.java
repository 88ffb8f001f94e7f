package org.sparkdl4j.spark;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.sparkdl4j.image.NamePattern;

/** What a name pattern takes from the paths of a DataFrame, as columns. */
final class NamedColumns {
  private final NamePattern pattern;
  private final Column relative;
  private final Column matches;

  /**
   * The columns of a pattern.
   *
   * @param path of the pictures
   * @param root of the folder of all pictures, within its file system
   */
  NamedColumns(NamePattern pattern, Column path, String root) {
    this.pattern = pattern;
    relative = functions.regexp_replace(path, "^.*?" + Pattern.quote(root) + "/", "");
    Column all = relative.rlike(pattern.expression());
    for (String name : pattern.required()) all = all.and(part(name).notEqual(""));
    matches = all;
  }

  /**
   * The class; null where there is none.
   *
   * @param folder the name of the subfolder, empty where there is none
   */
  Column className(Column folder) {
    Column named = pattern.hasLabel() ? part(NamePattern.LABEL) : folder;
    Column name = functions.when(matches, named);
    if (pattern.takesUnmatched()) name = name.otherwise(folder);
    return functions.when(name.notEqual(""), name);
  }

  /** Group and further columns; a file that does not match is a group of its own. */
  List<Column> columns() {
    return pattern.columns().stream().map(this::column).collect(Collectors.toList());
  }

  private Column column(String name) {
    Column part = part(name);
    Column column = functions.when(matches.and(part.notEqual("")), part);
    if (name.equals(NamePattern.GROUP)) column = column.otherwise(relative);
    return column.as(name);
  }

  private Column part(String name) {
    String whole = "(?s)^.*?(?:" + pattern.expression() + ").*$";
    return functions.regexp_replace(relative, whole, pattern.replacement(name));
  }
}
