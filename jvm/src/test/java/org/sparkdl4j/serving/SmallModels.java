package org.sparkdl4j.serving;

import java.util.List;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.ModelMetadata;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.Blobs;

/** Classifiers of small pictures, with the first weights that a seed gives. */
public final class SmallModels {
  private SmallModels() {}

  /** A classifier of grey 12x12 pictures. */
  public static ImageClassifier untrained(String... labels) {
    return untrained(new DecodeOptions(12, 12, 1), labels);
  }

  /** A classifier of pictures that are decoded so; grey, 12x12. */
  static ImageClassifier untrained(DecodeOptions image, String... labels) {
    try (LabeledImages pictures = Blobs.images(20, 1)) {
      NetworkCore core = Blobs.core("{'learning_rate':0.01}");
      return new ImageClassifier(
          core,
          StandardScaler.fit(ScalerKind.FEATURE, pictures),
          image,
          new ModelMetadata(
              Blobs.network().toJson(), (ArrayNode) Json.of(List.of(labels)), Json.object(), null));
    }
  }
}
