package org.sparkdl4j.plan;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;

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
  String lacksInputs(ElementWiseVertex vertex, List<InputType> inputs) {
    boolean product = vertex.getOp() == ElementWiseVertex.Op.Product;
    if (product && inputs.size() != 2) return "a product of " + inputs.size();
    InputType first = inputs.get(0);
    for (InputType input : inputs) {
      if (!input.equals(first) && !(product && (isPixel(input) || isPixel(first)))) {
        return "elementwise " + vertex.getOp() + " of different shapes";
      }
    }
    return null;
  }

  @Override
  List<PlanLayer> create(PlanLayer.Place place, ElementWiseVertex vertex) {
    return List.of(
        vertex.getOp() == ElementWiseVertex.Op.Add
            ? new AddPlan(place.name)
            : new MultiplyPlan(place.name));
  }

  private static boolean isPixel(InputType type) {
    if (!(type instanceof InputTypeConvolutional)) return false;
    InputTypeConvolutional picture = (InputTypeConvolutional) type;
    return picture.getHeight() == 1 && picture.getWidth() == 1;
  }
}
