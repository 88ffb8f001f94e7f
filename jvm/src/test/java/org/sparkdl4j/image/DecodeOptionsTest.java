package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

class DecodeOptionsTest {
  @Test
  void survivesJson() {
    String json =
        "{\"height\":60,\"width\":80,\"channels\":1,\"max_pixels\":5000,\"window\":[10.5,99.0]}";
    assertEquals(json, Json.write(DecodeOptions.fromJson(Json.readObject(json, "x")).toJson()));
  }

  @Test
  void defaults() {
    DecodeOptions options =
        DecodeOptions.fromJson(Json.readObject("{\"height\":60,\"width\":80}", "x"));
    assertEquals(3, options.channels());
    assertEquals(100_000_000, options.maxPixels());
    assertEquals(Window.FULL, options.window());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'height':0,'width':80} | PARAMETER_RANGE",
        "{'height':-5,'width':80} | PARAMETER_RANGE",
        "{'height':60,'width':999999} | PARAMETER_RANGE",
        "{'height':60} | PARAMETER_TYPE",
        "{'height':'60','width':80} | PARAMETER_TYPE",
        "{'height':60,'width':80,'channels':2} | PARAMETER_RANGE",
        "{'height':60,'width':80,'max_pixels':0} | PARAMETER_RANGE",
        "{'height':60,'width':80,'window':'none'} | PARAMETER_TYPE",
        "{'height':60,'width':80,'window':[9,9]} | PARAMETER_RANGE",
        "{'height':60,'width':80,'heigth':9} | PARAMETER_UNKNOWN",
      },
      quoteCharacter = '"')
  void refusesWhatMakesNoSense(String json, String code) {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> DecodeOptions.fromJson(Json.readObject(json.replace('\'', '"'), "x")));
    assertEquals(code, e.code().name());
  }
}
