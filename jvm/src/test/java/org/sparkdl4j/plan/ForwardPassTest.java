package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.training.Blobs;

class ForwardPassTest {
  @Test
  void minibatchesOfAnySizePredictTheSame() {
    try (LabeledImages images = Blobs.images(50, 3);
        NetworkCore core = Blobs.core("{}");
        FloatPointer target = new FloatPointer(100L)) {
      StandardScaler scaler = StandardScaler.fit(ScalerKind.FEATURE, images);
      ForwardPass.run(core, scaler, images, 50, target.address());
      float[] together = new float[100];
      target.get(together);
      for (int batchSize : new int[] {1, 7, 49, 200}) {
        target.fill(0);
        ForwardPass.run(core, scaler, images, batchSize, target.address());
        float[] apart = new float[100];
        target.get(apart);
        assertArrayEquals(together, apart, 1e-6f);
      }
      LabeledImages none = images.subset(new int[0]);
      assertEquals(0, ForwardPass.run(core, scaler, none, 7).length);
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> ForwardPass.run(core, scaler, images, 0));
      assertEquals(ErrorCode.PARAMETER_RANGE, e.code());
    }
  }

  @Test
  void aFailingCoreLeavesNothingBehind() {
    try (LabeledImages images = Blobs.images(50, 3)) {
      StandardScaler scaler = StandardScaler.fit(ScalerKind.NONE, images);
      NetworkCore closed = Blobs.core("{}");
      closed.close();
      long before = Pointer.totalBytes();
      for (int batchSize : new int[] {10, 100}) {
        assertThrows(
            SparkDl4jException.class, () -> ForwardPass.run(closed, scaler, images, batchSize));
      }
      // Fewer when the collector comes by.
      assertTrue(Pointer.totalBytes() <= before);
    }
  }
}
