package dev.mordomo.action;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentSchemaTest {
  private final DeviceTool tool = new DeviceTool();
  private final ArgumentSchema schema = new ArgumentSchema(tool.spec());

  @Test
  void whatTheEmbeddedModelCallsIsAccepted() {
    Map<String, Object> arguments =
        Map.of(
            "name", "set",
            "device", "thermostat",
            "location", "sala",
            "target", "ar da sala",
            "value", 21.5,
            "unit", "°C");
    assertEquals(arguments, schema.check(arguments));
    assertEquals(
        new Tool.Request(
            "set",
            Map.of(
                "device", "thermostat",
                "location", "sala",
                "target", "ar da sala",
                "value", 21.5,
                "unit", "°C")),
        tool.request(arguments));
  }

  @Test
  void aWordMayBeTheValueAndNullMeansLeftOut() {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("name", "set");
    arguments.put("device", "light");
    arguments.put("value", "blue");
    arguments.put("unit", null);
    assertEquals(
        Map.of("name", "set", "device", "light", "value", "blue"), schema.check(arguments));
  }

  @Test
  void eachWrongArgumentIsNamed() {
    assertEquals(List.of("device"), fields(Map.of("name", "turn_on")));
    assertEquals(List.of("name"), fields(Map.of("name", "explode", "device", "light")));
    assertEquals(List.of("device"), fields(Map.of("name", "turn_on", "device", 7)));
    assertTrue(
        fields(Map.of("name", "set", "device", "light", "value", List.of(1))).contains("value"));
    assertEquals(
        List.of("arguments"),
        fields(Map.of("name", "turn_on", "device", "light", "target", "a\0b")));
    assertEquals(
        List.of("arguments"),
        fields(Map.of("name", "turn_on", "device", "light", "target", "a".repeat(40_000))));
    assertTrue(
        !fields(Map.of("name", "turn_on", "device", "light", "colour", "red")).isEmpty(),
        "an unknown argument");
  }

  private List<String> fields(Map<String, Object> arguments) {
    Failure failure = assertThrows(Failure.class, () -> schema.check(arguments));
    assertEquals(FailureCode.INVALID, failure.code());
    return failure.errors().stream().map(Failure.FieldError::field).distinct().toList();
  }
}
