package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The rows of a partition with what is computed from their pictures, some at a time. */
abstract class RowBatches implements Iterator<Row> {
  /** Rows that are decoded and computed at a time. */
  private static final int BATCH = 128;

  private final Iterator<Row> rows;
  private final int pictures;
  private Iterator<Row> done = List.<Row>of().iterator();

  /**
   * Rows of which nothing has been computed yet.
   *
   * @param pictures the place of the column that holds them
   */
  RowBatches(Iterator<Row> rows, int pictures) {
    this.rows = rows;
    this.pictures = pictures;
  }

  /**
   * What becomes of some rows, in their order; those that are left out are not among them.
   *
   * @param cells the picture of each
   */
  abstract List<Row> compute(List<Row> batch, List<Object> cells);

  /** A row with more values. */
  static Row with(Row row, List<Object> more) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) values.add(row.get(i));
    values.addAll(more);
    return RowFactory.create(values.toArray());
  }

  @Override
  public boolean hasNext() {
    while (!done.hasNext() && rows.hasNext()) done = computeSome().iterator();
    return done.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) throw new NoSuchElementException();
    return done.next();
  }

  private List<Row> computeSome() {
    List<Row> batch = new ArrayList<>();
    List<Object> cells = new ArrayList<>();
    while (rows.hasNext() && batch.size() < BATCH) {
      Row row = rows.next();
      batch.add(row);
      cells.add(row.get(pictures));
    }
    return compute(batch, cells);
  }
}
