package dev.mordomo.action;

import dev.mordomo.model.ToolSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code iot_control}: whatever device listens does it and reports. */
final class DeviceTool implements Tool.External {
  private static final List<String> NAMES =
      List.of(
          "turn_on",
          "turn_off",
          "toggle",
          "set",
          "increase",
          "decrease",
          "open",
          "close",
          "lock",
          "unlock",
          "start",
          "pause",
          "stop");
  private static final ToolSpec SPEC =
      new ToolSpec(
          "iot_control",
          "Controls one device in the user's home or office: a light, a lamp, an air conditioner, a"
              + " television, a door, a curtain, … Call it when the user asks for something to be"
              + " switched, opened, closed, locked or set now; once for each device. The device"
              + " reports later whether it was done: a pending status means that it was asked.",
          Map.of(
              "type",
              "object",
              "properties",
              properties(),
              "required",
              List.of("name", "device"),
              "additionalProperties",
              false));

  private static Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(
        "name",
        Map.of("type", "string", "enum", NAMES, "description", "What the device is to do."));
    properties.put(
        "device",
        text("The kind of device, one English word in lower case: light, fan, tv, door, …"));
    properties.put(
        "location", text("The room or place, in the user's words, for instance sala or kitchen."));
    properties.put("target", text("The device in the user's words, for instance luz da sala."));
    properties.put(
        "value",
        Map.of(
            "anyOf",
            List.of(Map.of("type", "number"), Map.of("type", "string", "maxLength", 200)),
            "description",
            "With set, increase, decrease: a number such as 22 or 30, or a word such as blue."));
    properties.put("unit", text("The unit of the value: °C, °F or %."));
    return properties;
  }

  private static Map<String, Object> text(String description) {
    return Map.of("type", "string", "maxLength", 200, "description", description);
  }

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public String type() {
    return DEVICES;
  }

  @Override
  public Request request(Map<String, Object> arguments) {
    Map<String, Object> parameters = new LinkedHashMap<>(arguments);
    Object name = parameters.remove("name");
    return new Request(String.valueOf(name), parameters);
  }
}
