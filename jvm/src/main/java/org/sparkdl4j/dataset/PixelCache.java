package org.sparkdl4j.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;

/**
 * Decoded pictures in a file, for data larger than memory and for reading them only once. {@link
 * PixelCacheHeader} describes the format.
 *
 * <p>A cache belongs to the paths, sizes and modification times of its files and to how they are
 * decoded; one of other pictures, of another version, or one that is truncated, is built anew, and
 * the log says so. It is built under a temporary name beside its own, where a build that was killed
 * goes on, and renamed when it is complete.
 */
public final class PixelCache {
  private static final Logger LOG = LoggerFactory.getLogger(PixelCache.class);
  private static final String ENDING = ".pixels";
  private static final String PARTIAL = ".partial";
  private static final int NAME_DIGITS = 12;
  private static final byte GOOD = 1;
  private static final byte DAMAGED = 2;

  /** Work that a kill costs. */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path file;
  private final Path partial;
  private final List<Path> pictures;
  private final ImageLoader loader;
  private final PixelCacheHeader header;

  /** What is known of every file of the cache. */
  private byte[] marks;

  private DamagedImage[] findings;

  /** Free bytes of a disk. */
  interface Disk {
    long usableBytes(Path folder) throws IOException;
  }

  private Disk disk = folder -> Files.getFileStore(folder).getUsableSpace();

  /**
   * A cache, which may exist already. Looks at every picture file, but reads none.
   *
   * @param place the file; or a folder that exists, in which the cache of this source has a name of
   *     its own
   * @param source where the pictures come from, as a name within the folder
   * @param pictures the files, in the order in which their pictures are wanted
   * @param loader decodes them
   */
  public PixelCache(Path place, String source, List<Path> pictures, ImageLoader loader) {
    DecodeOptions options = loader.options();
    this.file = Files.isDirectory(place) ? place.resolve(name(source, options)) : place;
    this.partial = file.resolveSibling(file.getFileName() + PARTIAL);
    this.pictures = List.copyOf(pictures);
    this.loader = loader;
    this.header =
        new PixelCacheHeader(
            pictures.size(),
            options.height(),
            options.width(),
            options.channels(),
            options.pictureBytes(),
            key(pictures, options));
  }

  /** Takes the place of the real disk in tests. */
  void useDisk(Disk other) {
    disk = other;
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Where the first picture begins in the file, in bytes. */
  public long offset() {
    return header.pixels();
  }

  /**
   * Makes sure that the cache is there.
   *
   * @param maxDamaged largest share of damaged files, 0 to 1
   * @param progress told about ten times a second while pictures are decoded, and at the end; null
   *     for none
   * @return which files are good: their rows have the numbers of the files; empty when cancelled
   * @throws SparkDl4jException FILE_UNWRITABLE, also when the disk has too little room, before
   *     anything is written; DATA_FORMAT when the file is something else; DATA_DAMAGED, DATA_EMPTY,
   *     OUT_OF_MEMORY
   */
  public Optional<LoadedImages> load(double maxDamaged, ImageLoader.Progress progress) {
    if (pictures.isEmpty()) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there are no files to read");
    }
    if (!isComplete() && !build(progress)) return Optional.empty();
    if (progress != null) progress.report(pictures.size(), pictures.size());
    List<DamagedImage> damaged = new ArrayList<>();
    for (DamagedImage finding : findings) {
      if (finding != null) damaged.add(finding);
    }
    DamagedShare.check(damaged, pictures.size(), maxDamaged);
    int[] good = IntStream.range(0, marks.length).filter(i -> marks[i] == GOOD).toArray();
    return Optional.of(new LoadedImages(good, damaged));
  }

  /** The pictures, one row for every file; undefined where a file is damaged. */
  public PixelBlock open() {
    DecodeOptions options = loader.options();
    return PixelBlock.open(
        file,
        header.pixels(),
        PixelType.of(options),
        pictures.size(),
        options.height(),
        options.width(),
        options.channels());
  }

  // ------------------------------------------------------------------ a complete cache

  /** Whether the file is the cache; takes over its marks and findings then. */
  private boolean isComplete() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer first = firstBytes(channel);
      if (!PixelCacheHeader.isOfCache(first)) {
        throw new SparkDl4jException(
                ErrorCode.DATA_FORMAT,
                file + " is not a cache of pictures: give the cache another name")
            .with("path", file.toString());
      }
      String difference = header.difference(first, channel.size(), true);
      if (difference == null) difference = takeOver(channel, first);
      if (difference == null) return true;
      LOG.warn("The cache {} is built anew: {}", file, difference);
      return false;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE, "the cache " + file + " cannot be read: " + reason(e), e)
          .with("path", file.toString());
    }
  }

  /** Reads marks and findings; what is wrong with them, or null. */
  private String takeOver(FileChannel channel, ByteBuffer first) throws IOException {
    byte[] foundMarks = new byte[pictures.size()];
    readFully(channel, ByteBuffer.wrap(foundMarks), header.marks());
    byte[] text = new byte[Math.toIntExact(PixelCacheHeader.findingsBytes(first))];
    readFully(channel, ByteBuffer.wrap(text), header.findings());
    if (contentSum(foundMarks, text) != PixelCacheHeader.contentSum(first)) {
      return "its marks or findings are damaged";
    }
    marks = foundMarks;
    findings = new DamagedImage[marks.length];
    String json = new String(text, StandardCharsets.UTF_8);
    for (JsonNode entry : Json.readObject(json, "the findings of " + file).path("damaged")) {
      int number = entry.path("file").asInt();
      DamageReason reason = DamageReason.labelled(entry.path("reason").asText());
      String path = pictures.get(number).toString();
      findings[number] = new DamagedImage(path, reason, entry.path("detail").asText());
    }
    return null;
  }

  // ------------------------------------------------------------------ building

  /** Whether it was built, rather than cancelled. */
  private boolean build(ImageLoader.Progress progress) {
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      lock(channel);
      boolean resumes = resume(channel);
      requireRoom();
      if (!resumes) start(channel);
      if (!decode(channel, progress)) return false;
      finish(channel);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return true;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Held until the channel is closed. */
  private void lock(FileChannel channel) throws IOException {
    boolean isFree;
    try {
      isFree = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      isFree = false;
    }
    if (!isFree) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNWRITABLE,
              "the cache "
                  + file
                  + " is being built by another process or thread: wait for it, or name another")
          .with("path", file.toString());
    }
  }

  /** Whether an earlier build of this cache goes on; its marks are taken over then. */
  private boolean resume(FileChannel channel) throws IOException {
    marks = new byte[pictures.size()];
    ByteBuffer first = firstBytes(channel);
    if (first.limit() == 0) return false;
    String difference =
        PixelCacheHeader.isOfCache(first)
            ? header.difference(first, channel.size(), false)
            : "it is something else";
    if (difference != null) {
      LOG.warn("The unfinished cache {} is started anew: {}", partial, difference);
      return false;
    }
    readFully(channel, ByteBuffer.wrap(marks), header.marks());
    LOG.warn("The cache {} goes on where it was left: {} of {}", file, done(), marks.length);
    return true;
  }

  private void requireRoom() throws IOException {
    long needed = header.findings() - (long) done() * header.rowBytes();
    long free = disk.usableBytes(file.toAbsolutePath().getParent());
    if (needed <= free) return;
    throw new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE,
            String.format(
                Locale.ROOT,
                "the cache %s needs %.1f GiB, but its disk has %.1f GiB left: make room, choose a"
                    + " cache on another disk, or smaller pictures",
                file,
                gibibytes(needed),
                gibibytes(free)))
        .with("path", file.toString())
        .with("needed_bytes", needed)
        .with("free_bytes", free);
  }

  private void start(FileChannel channel) throws IOException {
    channel.truncate(0);
    // The whole length at once; what is not written yet takes no room.
    writeFully(channel, ByteBuffer.allocate(1), header.findings() - 1);
    writeFully(channel, header.unfinished(), 0);
  }

  private boolean decode(FileChannel channel, ImageLoader.Progress progress) throws IOException {
    int[] wanted = IntStream.range(0, marks.length).filter(i -> marks[i] != GOOD).toArray();
    int before = marks.length - wanted.length;
    findings = new DamagedImage[marks.length];
    Rows rows = new Rows(channel);
    try {
      return loader.decodeAll(
          EncodedPictures.ofFiles(pictures),
          wanted,
          rows,
          findings,
          (done, total) -> {
            rows.flushAtTimes();
            if (progress != null) progress.report(before + done, marks.length);
          });
    } finally {
      // Also when it was cancelled or has failed: the next build goes on from here.
      rows.flush();
    }
  }

  private void finish(FileChannel channel) throws IOException {
    ObjectNode json = Json.object();
    ArrayNode damaged = json.putArray("damaged");
    for (int i = 0; i < findings.length; i++) {
      if (findings[i] == null) continue;
      marks[i] = DAMAGED;
      damaged
          .addObject()
          .put("file", i)
          .put("reason", findings[i].reason().label())
          .put("detail", findings[i].detail());
    }
    byte[] text = Json.write(json).getBytes(StandardCharsets.UTF_8);
    writeFully(channel, ByteBuffer.wrap(marks), header.marks());
    writeFully(channel, ByteBuffer.wrap(text), header.findings());
    channel.truncate(header.findings() + text.length);
    channel.force(true);
    writeFully(channel, header.finished(text.length, contentSum(marks, text)), 0);
    channel.force(true);
  }

  /** The pictures' places in the file. */
  private final class Rows implements ImageLoader.Sink {
    private final FileChannel channel;
    private final ThreadLocal<ByteBuffer> memory =
        ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(header.rowBytes()));
    private final Queue<Integer> written = new ConcurrentLinkedQueue<>();
    private long lastFlush = System.nanoTime();

    private Rows(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public ByteBuffer memory(int number) {
      ByteBuffer row = memory.get();
      row.clear();
      return row;
    }

    @Override
    public void keep(int number, ByteBuffer row) {
      row.flip();
      try {
        writeFully(channel, row, header.pixels() + (long) number * header.rowBytes());
      } catch (IOException e) {
        throw unwritable(e);
      }
      written.add(number);
    }

    private void flushAtTimes() {
      if (System.nanoTime() - lastFlush < FLUSH_NANOS) return;
      try {
        flush();
      } catch (IOException e) {
        throw unwritable(e);
      }
    }

    /** Marks what was written, once it is on the disk. */
    private void flush() throws IOException {
      List<Integer> safe = new ArrayList<>();
      for (Integer row = written.poll(); row != null; row = written.poll()) safe.add(row);
      lastFlush = System.nanoTime();
      if (safe.isEmpty()) return;
      channel.force(false);
      for (int row : safe) marks[row] = GOOD;
      writeFully(channel, ByteBuffer.wrap(marks), header.marks());
    }
  }

  // ------------------------------------------------------------------ parts

  private int done() {
    return (int) IntStream.range(0, marks.length).filter(i -> marks[i] == GOOD).count();
  }

  private SparkDl4jException unwritable(IOException e) {
    return new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE,
            "the cache "
                + file
                + " cannot be written: "
                + reason(e)
                + "; what was read so far is kept in "
                + partial.getFileName(),
            e)
        .with("path", file.toString());
  }

  /** Paths, sizes and times of the pictures, and all else that the pixels follow from. */
  private static byte[] key(List<Path> pictures, DecodeOptions options) {
    MessageDigest digest = Sha256.digest();
    update(digest, "decoder " + ImageDecoder.REVISION + " " + Json.write(options.toJson()));
    for (Path picture : pictures) {
      String state;
      try {
        BasicFileAttributes file = Files.readAttributes(picture, BasicFileAttributes.class);
        long time = file.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        state = file.size() + " " + time + " " + Files.isReadable(picture);
      } catch (IOException e) {
        state = "unreadable";
      }
      update(digest, picture.toAbsolutePath() + "\0" + state);
    }
    return digest.digest();
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
  }

  private static String name(String source, DecodeOptions options) {
    MessageDigest digest = Sha256.digest();
    update(digest, source + "\0" + Json.write(options.toJson()));
    Path last = Path.of(source).getFileName();
    return String.format(
        Locale.ROOT,
        "%s-%dx%dx%d-%s%s",
        last == null ? "pictures" : last,
        options.height(),
        options.width(),
        options.channels(),
        Sha256.hex(digest).substring(0, NAME_DIGITS),
        ENDING);
  }

  private static ByteBuffer firstBytes(FileChannel channel) throws IOException {
    int length = (int) Math.min(PixelCacheHeader.PAGE, channel.size());
    ByteBuffer first = ByteBuffer.allocate(length);
    readFully(channel, first, 0);
    first.flip();
    return first;
  }

  private static int contentSum(byte[] marks, byte[] findings) {
    CRC32 crc = new CRC32();
    crc.update(marks);
    crc.update(findings);
    return (int) crc.getValue();
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long from)
      throws IOException {
    long start = from - into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, start + into.position()) < 0) throw new IOException("it is truncated");
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long to)
      throws IOException {
    long start = to - bytes.position();
    while (bytes.hasRemaining()) channel.write(bytes, start + bytes.position());
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) (1L << 30);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) return "its folder does not exist";
    if (e instanceof AccessDeniedException) return "there is no permission";
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
