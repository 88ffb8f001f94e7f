package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;

/** Executors of their own train what threads of the driver train. */
@Tag("spark")
class ExecutorsTest {
  @Test
  void theSameNetworkWithAndWithoutExecutors() throws IOException {
    float[] inThisProcess = parameters("local[2]", 3);
    assertArrayEquals(inThisProcess, parameters("local-cluster[2,1,1024]", 4));
  }

  private static float[] parameters(String master, int partitions) throws IOException {
    List<DataSet> sets = NoisyDataSets.dataSets(NoisyDataSets.examples(60, 1), 7, partitions);
    ParameterAveragingTrainer trainer =
        ParameterAveragingTrainer.builder().epochs(3).batchSize(8).workers(3).seed(1).build();
    String application = "none";
    try (JavaSparkContext context = LocalSpark.start(master)) {
      application = context.sc().applicationId();
      ComputationGraph network =
          trainer.fit(Dl4jConfigurations.graph(), context.parallelize(sets, partitions)).network();
      return network.params().data().asFloat();
    } finally {
      delete(Path.of(System.getenv("SPARK_HOME"), "work", application));
    }
  }

  /** Executors leave their jars there. */
  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
        Files.delete(path);
      }
    }
  }
}
