package org.sparkdl4j.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.spec.Json;

class ErrorCodeTest {
  @Test
  void theListIsThatOfTheContract() {
    List<String> contract = new ArrayList<>();
    Json.contract("error_codes.json").fieldNames().forEachRemaining(contract::add);
    List<String> here =
        Arrays.stream(ErrorCode.values()).map(ErrorCode::name).collect(Collectors.toList());
    assertEquals(contract, here);
  }
}
