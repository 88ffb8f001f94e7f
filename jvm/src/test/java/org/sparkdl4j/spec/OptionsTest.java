package org.sparkdl4j.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkdl4j.error.SparkDl4jException;

class OptionsTest {
  @Test
  void whatIsNotGivenHasItsDefault() {
    Options options =
        new Options("training", Json.readObject("{\"epochs\": 3, \"keep\": null}", "x"));
    assertEquals(3, options.integer("epochs"));
    assertEquals("best", options.string("keep"));
    assertTrue(options.isSet("epochs"));
    assertFalse(options.isSet("keep"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'epochs': -1}           | PARAMETER_RANGE   | epochs must be at least 0, but is -1",
        "{'epochs': 1.5}          | PARAMETER_TYPE    | epochs must be of type integer, but is 1.5",
        "{'epochs': '1'}          | PARAMETER_TYPE    | epochs must be of type integer",
        "{'validation_fraction': 1} | PARAMETER_RANGE | validation_fraction must be below 1",
        "{'keep': 'first'}        | PARAMETER_RANGE   | keep must be one of",
        "{'tune': 1}              | PARAMETER_TYPE    | tune must be of type boolean, but is 1",
        "{'tune': 'true'}         | PARAMETER_TYPE    | tune must be of type boolean",
        "{'epoch': 3}             | PARAMETER_UNKNOWN | there is no option epoch; did you mean"
            + " epochs?",
      })
  void refusesWhatTheContractForbids(String values, String code, String message) {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> new Options("training", Json.readObject(values.replace('\'', '"'), "x")));
    assertEquals(code, e.code().name());
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @Test
  void booleansAreTrueOrFalse() {
    assertFalse(new Options("training", Json.object()).bool("tune"));
    assertTrue(new Options("training", Json.object().put("tune", true)).bool("tune"));
  }

  @Test
  void whatHasNoDefaultMustBeGiven() {
    Options options = new Options("image", Json.object());
    SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> options.integer("height"));
    assertEquals("height must be given", e.getMessage());
  }
}
