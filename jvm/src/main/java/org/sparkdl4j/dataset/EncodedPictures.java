package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.sparkdl4j.image.DamagedImageException;

/** Encoded pictures by their numbers, wherever they are. Many threads read at a time. */
public interface EncodedPictures {
  int size();

  /** What a picture is called in reports, such as its path. */
  String name(int number);

  /** Reads picture files; one for each thread that does. */
  Reader reader();

  /** Reads one picture file after the other. */
  interface Reader extends AutoCloseable {
    /** The content of a picture file, valid until the next call. */
    ByteBuffer read(int number) throws DamagedImageException;

    @Override
    default void close() {}
  }

  /** Those of files. */
  static EncodedPictures ofFiles(List<Path> files) {
    return new EncodedPictures() {
      @Override
      public int size() {
        return files.size();
      }

      @Override
      public String name(int number) {
        return files.get(number).toString();
      }

      @Override
      public Reader reader() {
        FileContent content = new FileContent();
        return new Reader() {
          @Override
          public ByteBuffer read(int number) throws DamagedImageException {
            return content.read(files.get(number));
          }

          @Override
          public void close() {
            content.close();
          }
        };
      }
    };
  }
}
