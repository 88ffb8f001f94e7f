package org.sparkdl4j.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.spec.Json;

/**
 * Predictions as a folder of parts on any of Hadoop's file systems, each of them a folder {@code
 * part=00000} that Spark writes, Parquet where the name of the whole ends with {@code .parquet},
 * else CSV. {@code _predictions.json} says which parts are whole, and what the rows follow from: a
 * run that was stopped goes on with those that are not.
 */
public final class PredictionParts {
  private static final String MANIFEST = "_predictions.json";
  private static final String PARQUET = "parquet";

  private final SparkSession session;
  private final ClusterClassifier classifier;
  private final String folder;
  private final HadoopFiles files;
  private final ObjectNode manifest;

  /** Of each part the paths of its pictures; of a table the one file of it. */
  private final List<List<String>> parts = new ArrayList<>();

  private final boolean isTable;

  /**
   * Looks for the pictures, and for what an earlier run has written.
   *
   * @param paths folders of pictures and pictures; or one Parquet table of encoded pictures, whose
   *     name ends with {@code .parquet} and whose files become a part each
   * @param folder made where it is missing
   * @param size pictures in a part, at least 1
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_COLUMN;
   *     PARAMETER_CONFLICT for a table beside others; FILE_UNWRITABLE, also for a folder that holds
   *     something else, or predictions of another model, of other pictures, or in other parts
   */
  public PredictionParts(
      SparkSession session,
      ClusterClassifier classifier,
      List<String> paths,
      String folder,
      int size) {
    this.session = session;
    this.classifier = classifier;
    this.folder = folder;
    files = new HadoopFiles(session);
    isTable = paths.stream().anyMatch(PredictionTable::isParquet);
    if (isTable && paths.size() > 1) {
      throw new SparkDl4jException(
          ErrorCode.PARAMETER_CONFLICT,
          "a table of pictures must be named alone, not beside others: " + paths);
    }
    MessageDigest pictures = Sha256.digest();
    if (isTable) findTable(paths.get(0), pictures);
    else findFiles(paths, size, pictures);
    ObjectNode job = Json.object().put("model", classifier.digest());
    job.put("set_of_pictures", Sha256.hex(pictures)).put("shard_size", size);
    manifest = manifest(job);
  }

  /** Parts in all. */
  public int count() {
    return parts.size();
  }

  /**
   * Writes a part, unless it is there.
   *
   * @return whether it was written now
   * @throws SparkDl4jException FILE_UNWRITABLE, SPARK_JOB
   */
  public boolean write(int part) {
    String number = String.valueOf(part);
    if (manifest.with("parts").has(number)) return false;
    String target = String.format(Locale.ROOT, "%s/part=%05d", folder, part);
    PredictionTable table = PredictionTable.of(classifier, pictures(parts.get(part)));
    boolean isParquet = PredictionTable.isParquet(folder);
    table.replace(target, isParquet);
    Row counts =
        JobFailure.translate(
            () ->
                (isParquet
                        ? session.read().parquet(target)
                        : session.read().option("header", "true").csv(target))
                    .agg(functions.count("*"), functions.count("damaged"))
                    .first());
    manifest
        .with("parts")
        .putObject(number)
        .put("rows", counts.getLong(0))
        .put("damaged", counts.getLong(1));
    save();
    return true;
  }

  /** Rows of all parts that are whole. */
  public long rows() {
    return sum("rows");
  }

  /** Those of them that are of damaged pictures. */
  public long damaged() {
    return sum("damaged");
  }

  private long sum(String name) {
    long sum = 0;
    for (var part : manifest.with("parts")) sum += part.path(name).asLong();
    return sum;
  }

  private Dataset<Row> pictures(List<String> part) {
    return isTable ? PictureTable.unlabelled(table(part.get(0))) : EncodedFiles.read(session, part);
  }

  private Dataset<Row> table(String path) {
    return JobFailure.translate(() -> PictureFiles.load(session, PARQUET, path));
  }

  private void findFiles(List<String> paths, int size, MessageDigest digest) {
    List<Row> found =
        JobFailure.translate(
            () ->
                PictureTable.unlabelledFiles(session, paths)
                    .orderBy(PictureTable.PATH)
                    .collectAsList());
    if (found.isEmpty()) throw PictureFiles.empty(String.join(", ", paths));
    List<String> part = new ArrayList<>();
    for (Row row : found) {
      if (part.isEmpty() || part.size() == size) parts.add(part = new ArrayList<>());
      part.add(row.getString(0));
      digest.update(row.mkString("\0").getBytes(StandardCharsets.UTF_8));
      digest.update((byte) '\n');
    }
  }

  private void findTable(String path, MessageDigest digest) {
    Dataset<Row> rows = table(path);
    PictureTable.unlabelled(rows);
    // Spark gives URLs, in which more is escaped than in Hadoop's paths.
    String[] found =
        Arrays.stream(rows.inputFiles())
            .map(url -> new Path(URI.create(url)).toString())
            .sorted()
            .toArray(String[]::new);
    if (found.length == 0) throw PictureFiles.empty(path);
    for (String file : found) {
      parts.add(List.of(file));
      FileStatus status = status(new Path(file));
      String state = file + "\0" + status.getLen() + "\0" + status.getModificationTime() + "\n";
      digest.update(state.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** That of an earlier run, or a new one. */
  private ObjectNode manifest(ObjectNode job) {
    ObjectNode found;
    try {
      found =
          files.read(
              path(),
              copy -> {
                try {
                  return Json.readObject(Files.readString(copy), path());
                } catch (IOException e) {
                  throw refused("holds a " + MANIFEST + " that cannot be read");
                }
              });
    } catch (SparkDl4jException e) {
      if (e.code() != ErrorCode.FILE_NOT_FOUND) throw e;
      if (isTaken()) throw refused("exists, but holds no predictions");
      found = Json.object();
      found.set("job", job);
      return found;
    }
    for (var fields = job.fields(); fields.hasNext(); ) {
      var field = fields.next();
      if (!field.getValue().asText().equals(found.path("job").path(field.getKey()).asText())) {
        throw refused("holds predictions of another " + field.getKey().replace('_', ' '));
      }
    }
    return found;
  }

  private boolean isTaken() {
    try {
      Path path = new Path(folder);
      FileSystem system = path.getFileSystem(configuration());
      return system.exists(path)
          && (!system.getFileStatus(path).isDirectory() || system.listStatus(path).length > 0);
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw refused("cannot be reached (" + e.getMessage() + ")");
    }
  }

  private FileStatus status(Path file) {
    try {
      return file.getFileSystem(configuration()).getFileStatus(file);
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE, file + " cannot be read: " + e.getMessage(), e)
          .with("path", file.toString());
    }
  }

  private Configuration configuration() {
    return JavaSparkContext.fromSparkContext(session.sparkContext()).hadoopConfiguration();
  }

  private void save() {
    byte[] text = (Json.writePretty(manifest) + "\n").getBytes(StandardCharsets.UTF_8);
    files.write(path(), out -> out.write(text));
  }

  private String path() {
    return folder + "/" + MANIFEST;
  }

  private SparkDl4jException refused(String what) {
    return new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE, folder + " " + what + ": name another folder, or remove it")
        .with("path", folder);
  }
}
