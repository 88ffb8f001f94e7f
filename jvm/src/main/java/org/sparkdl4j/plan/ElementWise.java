package org.sparkdl4j.plan;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;

/** DL4J's {@code ElementWiseVertex}: sums and products. */
final class ElementWise extends PlanLayer.Kind<ElementWiseVertex> {
  ElementWise() {
    super(ElementWiseVertex.class);
  }

  @Override
  String lacks(ElementWiseVertex vertex) {
    boolean known =
        vertex.getOp() == ElementWiseVertex.Op.Add
            || vertex.getOp() == ElementWiseVertex.Op.Product;
    return known ? null : "elementwise " + vertex.getOp();
  }

  @Override
  List<PlanLayer> create(PlanLayer.Place place, ElementWiseVertex vertex) {
    return List.of(
        vertex.getOp() == ElementWiseVertex.Op.Add
            ? new AddPlan(place.name)
            : new MultiplyPlan(place.name));
  }
}
