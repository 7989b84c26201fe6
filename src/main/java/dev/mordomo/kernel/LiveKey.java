package dev.mordomo.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;

/**
 * A setting that may be changed while the server runs.
 *
 * @param name for instance {@code brain.temperature}
 * @param base what holds where nobody changed it
 * @param origin of the base: an environment variable's name, {@code file} or {@code default}
 * @param reader empty when a value is none of this key's
 * @param expected what a value must be, in words
 * @param everywhere whether it is the same for all tenants, and the superuser's alone to change
 */
public record LiveKey<T>(
    String name,
    String description,
    T base,
    String origin,
    Function<JsonNode, Optional<T>> reader,
    String expected,
    boolean everywhere) {

  /** A number within {@code [least, most]}. */
  public static LiveKey<Double> decimal(
      String name, String description, double base, String origin, double least, double most) {
    return new LiveKey<>(
        name,
        description,
        base,
        origin,
        node ->
            Optional.of(node)
                .filter(JsonNode::isNumber)
                .map(JsonNode::doubleValue)
                .filter(v -> v >= least && v <= most),
        "a number from " + least + " to " + most,
        false);
  }

  /** A whole number within {@code [least, most]}. */
  public static LiveKey<Integer> integer(
      String name, String description, int base, String origin, int least, int most) {
    return new LiveKey<>(
        name,
        description,
        base,
        origin,
        node ->
            Optional.of(node)
                .filter(n -> n.isIntegralNumber() && n.canConvertToInt())
                .map(JsonNode::intValue)
                .filter(v -> v >= least && v <= most),
        "a whole number from " + least + " to " + most,
        false);
  }

  /** A text of {@code least} to {@code most} characters. */
  public static LiveKey<String> text(
      String name, String description, String base, String origin, int least, int most) {
    return new LiveKey<>(
        name,
        description,
        base,
        origin,
        node ->
            Optional.of(node)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(v -> v.length() >= least && v.length() <= most && v.indexOf('\0') < 0),
        "a text of " + least + " to " + most + " characters",
        false);
  }

  /** The same key, for values that something else admits, too. */
  public LiveKey<T> where(Function<T, Boolean> admitted, String what) {
    return new LiveKey<>(
        name,
        description,
        base,
        origin,
        node -> reader.apply(node).filter(admitted::apply),
        what,
        everywhere);
  }

  /** The same key, of the installation alone. */
  public LiveKey<T> ofInstallation() {
    return new LiveKey<>(name, description, base, origin, reader, expected, true);
  }

  /** Whether a variable of the environment holds it fast. */
  public boolean isLocked() {
    return !origin.equals("file") && !origin.equals("default");
  }
}
