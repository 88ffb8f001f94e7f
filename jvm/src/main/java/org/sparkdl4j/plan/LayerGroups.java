package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layers of a network as transfer counts them: those with parameters, in their order, where all
 * that belongs to one layer of a description (a block, say) is one. What can stay as it is while
 * only the last of them are trained follows from their order alone.
 */
final class LayerGroups {
  private final List<PlanGraph.Part> parts;
  private final List<String> names;
  private final NavigableMap<Long, Integer> numbers = new TreeMap<>();

  LayerGroups(List<PlanGraph.Part> parts) {
    this.parts = parts;
    Set<String> all = new LinkedHashSet<>();
    long offset = 0;
    for (PlanGraph.Part part : parts) {
      if (part.parameters() > 0) all.add(group(part.name()));
      offset += part.parameters();
    }
    names = new ArrayList<>(all);
    offset = 0;
    for (PlanGraph.Part part : parts) {
      if (part.parameters() > 0) numbers.put(offset, names.indexOf(group(part.name())));
      offset += part.parameters();
    }
  }

  /** How many there are. */
  int count() {
    return names.size();
  }

  /**
   * By how much the learning rate of a parameter is multiplied.
   *
   * @param offset of the parameter in DL4J's flattened view
   * @param trained how many layers are trained, from the last one on
   * @param decay by which the rate is multiplied from one layer to the one before
   * @return 0 for a parameter that stays as it is
   */
  double share(long offset, int trained, double decay) {
    int below = count() - 1 - numbers.floorEntry(offset).getValue();
    return below < trained ? Math.pow(decay, below) : 0;
  }

  /**
   * The names of all parts that stay as they are, and compute as in predictions: layers before the
   * trained ones, and what follows them without parameters up to the first dropout, which is there
   * for the trained ones.
   */
  Set<String> frozen(int trained) {
    int first = count() - trained;
    Set<String> frozen = new HashSet<>();
    if (first <= 0) return frozen;
    int last = -1;
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).parameters() > 0 && isBefore(parts.get(i), first)) last = i;
    }
    Map<String, Boolean> settled = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      PlanGraph.Part part = parts.get(i);
      boolean stays = part.inputs().stream().allMatch(name -> settled.getOrDefault(name, true));
      if (part.parameters() > 0) stays &= isBefore(part, first);
      else stays &= i < last || !part.isDropout();
      settled.put(part.name(), stays);
      if (stays) frozen.add(part.name());
    }
    return frozen;
  }

  /**
   * The part whose output is all that the trained ones need of the others: the last such one.
   *
   * @return null where there is none
   */
  String cut(int trained) {
    Set<String> frozen = frozen(trained);
    String cut = null;
    for (int i = 0; i < parts.size() && frozen.contains(parts.get(i).name()); i++) {
      Set<String> before = new HashSet<>();
      for (PlanGraph.Part part : parts.subList(0, i + 1)) before.add(part.name());
      Set<String> crossing = new HashSet<>();
      for (PlanGraph.Part part : parts.subList(i + 1, parts.size())) {
        for (String input : part.inputs()) {
          // The pictures themselves are of no part.
          if (before.contains(input) || !isPart(input)) crossing.add(input);
        }
      }
      if (crossing.equals(Set.of(parts.get(i).name()))) cut = parts.get(i).name();
    }
    return cut;
  }

  private boolean isPart(String name) {
    return parts.stream().anyMatch(part -> part.name().equals(name));
  }

  private boolean isBefore(PlanGraph.Part part, int first) {
    return names.indexOf(group(part.name())) < first;
  }

  private static String group(String part) {
    int slash = part.indexOf('/');
    return slash <= 0 ? part : part.substring(0, slash);
  }
}
