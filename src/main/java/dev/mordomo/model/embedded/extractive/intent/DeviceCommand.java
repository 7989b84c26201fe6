package dev.mordomo.model.embedded.extractive.intent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Something that a device shall do.
 *
 * @param name {@code turn_on}, {@code turn_off}, {@code set}, {@code open}, {@code close}, {@code
 *     lock}, {@code unlock}, {@code increase}, {@code decrease}, {@code start} or {@code pause}
 * @param device its kind, for instance {@code light}
 * @param location where it stands, in the user's words
 * @param target the device in the user's words, for instance "luz da sala"
 * @param value a number, or a word such as a colour
 * @param unit {@code °C}, {@code °F} or {@code %}
 */
public record DeviceCommand(
    String name,
    String device,
    Optional<String> location,
    String target,
    Optional<Object> value,
    Optional<String> unit) {

  /** The arguments of a tool call. */
  public Map<String, Object> arguments() {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("name", name);
    arguments.put("device", device);
    location.ifPresent(place -> arguments.put("location", place));
    arguments.put("target", target);
    value.ifPresent(to -> arguments.put("value", to));
    unit.ifPresent(of -> arguments.put("unit", of));
    return arguments;
  }
}
