package org.sparkdl4j.dataset;

import java.nio.file.Path;
import java.util.List;
import org.sparkdl4j.image.DamagedImageException;

/** Encoded pictures by their numbers, wherever they are. Many threads read at a time. */
public interface EncodedPictures {
  int size();

  /** What a picture is called in reports, such as its path. */
  String name(int number);

  /** The content of a picture file. */
  byte[] read(int number) throws DamagedImageException;

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
      public byte[] read(int number) throws DamagedImageException {
        return ImageLoader.read(files.get(number));
      }
    };
  }
}
