package org.sparkdl4j.network;

/** Where a layer stands in the description of its network. */
final class Place {
  /** What errors call the layer: "3", or "3.2" for the second layer inside the third. */
  final String number;

  /** The number, from 1, of the layer in the network's own list that this is or is part of. */
  final int layer;

  /** What the layer is called when it has no name: layer0, layer1 and so on in its list. */
  final String defaultName;

  /** What its name in DL4J begins with: nothing, or the name of the layer around it and "/". */
  final String prefix;

  private Place(String number, int layer, String prefix, int index) {
    this.number = number;
    this.layer = layer;
    this.prefix = prefix;
    this.defaultName = "layer" + index;
  }

  /** In the network's own list, at an index from 0. */
  static Place inNetwork(int index) {
    return new Place(Integer.toString(index + 1), index + 1, "", index);
  }

  /**
   * In a list inside another layer.
   *
   * @param list what errors put before the layer's number: "" or the list's name and "."
   * @param prefix what the names begin with
   */
  static Place inside(Place outer, String list, String prefix, int index) {
    String number = outer.number + "." + list + (index + 1);
    return new Place(number, outer.layer, prefix, index);
  }
}
