package org.sparkdl4j.spark;

import java.util.List;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;

/** Some pictures of a DataFrame as pixels, off the heap; those of damaged ones mean nothing. */
final class DecodedCells implements AutoCloseable {
  private final PixelBlock block;
  private final String[] damage;

  /** Decodes cells as {@link PictureCell} reads them. */
  DecodedCells(List<Object> cells, DecodeOptions image) {
    ImageDecoder decoder = new ImageDecoder(image);
    damage = new String[cells.size()];
    block = PixelBlock.allocate(image, damage.length);
    for (int i = 0; i < damage.length; i++) {
      try {
        PictureCell.decode(cells.get(i), decoder, block.row(i));
      } catch (DamagedImageException e) {
        damage[i] = e.reason().label() + ": " + e.detail();
      } catch (RuntimeException | Error e) {
        block.close();
        throw e;
      }
    }
  }

  LabeledImages pictures() {
    return new LabeledImages(block, null, null, List.of());
  }

  /** Of every picture what is wrong with it; null when nothing is. */
  String[] damage() {
    return damage;
  }

  @Override
  public void close() {
    block.close();
  }
}
