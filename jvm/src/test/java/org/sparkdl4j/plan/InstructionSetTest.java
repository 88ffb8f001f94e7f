package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan on older processors, which oneDNN plays at the word of an environment variable. */
class InstructionSetTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "SSE41, sse41, avx",
    "AVX2, avx2, avx512",
    "AVX512_CORE, avx512_core, avx512_core_bf16"
  })
  void agreesWithDl4j(String name, String used, String unused) throws Exception {
    int own = dnnl_get_effective_cpu_isa();
    int wanted = dnnl.class.getField("dnnl_cpu_isa_" + used).getInt(null);
    assumeTrue((own & wanted) == wanted, "this processor lacks " + name);
    Path output = folder.resolve(name);
    ProcessBuilder builder =
        new ProcessBuilder(
                Paths.get(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-ea",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                InstructionSetCheck.class.getName(),
                used,
                unused)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("DNNL_MAX_CPU_ISA", name);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "no end after two minutes");
    } finally {
      process.destroyForcibly();
    }
    String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), text);
    assertTrue(text.contains(InstructionSetCheck.PASSED), text);
  }
}
