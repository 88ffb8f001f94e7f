package org.sparkdl4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Data flows one way, and so do imports. */
class ArchitectureTest {
  /** Each may use those before it; {@code bridge} and {@code cli} use all but each other. */
  private static final List<String> ORDER =
      List.of(
          "error",
          "onednn",
          "spec",
          "file",
          "preprocessing",
          "image",
          "dataset",
          "augmentation",
          "minibatch",
          "network",
          "dl4j",
          "loss",
          "update",
          "plan",
          "averaging",
          "evaluation",
          "training",
          "model",
          "serving",
          "spark");

  private static final List<String> EDGES = List.of("bridge", "cli");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.sparkdl4j");

  @Test
  void importsGoOnlyToTheLeft() {
    LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String name : ORDER) layers = layers.layer(name).definedBy("org.sparkdl4j." + name + "..");
    for (String name : EDGES) layers = layers.layer(name).definedBy("org.sparkdl4j." + name + "..");
    for (int i = 0; i < ORDER.size(); i++) {
      String[] right = new String[ORDER.size() - i - 1 + EDGES.size()];
      for (int j = i + 1; j < ORDER.size(); j++) right[j - i - 1] = ORDER.get(j);
      for (int j = 0; j < EDGES.size(); j++) right[ORDER.size() - i - 1 + j] = EDGES.get(j);
      layers = layers.whereLayer(ORDER.get(i)).mayOnlyBeAccessedByLayers(right);
    }
    for (String name : EDGES) layers = layers.whereLayer(name).mayNotBeAccessedByAnyLayer();
    layers.check(classes);
  }

  @Test
  void everyPackageHasItsPlace() {
    noClasses()
        .should()
        .resideOutsideOfPackages(
            Stream.concat(ORDER.stream(), EDGES.stream())
                .map(name -> "org.sparkdl4j." + name + "..")
                .toArray(String[]::new))
        .check(classes);
  }

  @Test
  void sparkIsNowhereButInItsPackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.sparkdl4j.spark..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "scala..")
        .check(classes);
  }

  @Test
  void nothingDeserialisesJavaObjects() {
    for (Class<?> type :
        Arrays.asList(java.io.ObjectInputStream.class, java.io.ObjectOutputStream.class)) {
      noClasses().should().dependOnClassesThat().areAssignableTo(type).check(classes);
    }
  }
}
