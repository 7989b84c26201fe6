package dev.mordomo.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import dev.mordomo.kernel.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * Reads the members of a JSON object that came from outside. A member that is missing or wrong is
 * noted under its path and a stand-in given, so that {@link #verify} names all of them at once.
 * Unknown members are ignored.
 */
public final class Fields {
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final UUID NO_ID = new UUID(0, 0);

  private final String path;
  private final JsonNode object;
  private final List<FieldError> errors;

  private Fields(String path, JsonNode object, List<FieldError> errors) {
    this.path = path;
    this.object = object;
    this.errors = errors;
  }

  /**
   * @throws Failure {@code invalid} when the node is not an object
   */
  public static Fields of(JsonNode node) {
    if (!node.isObject()) {
      throw Failure.invalid("body", "expected a JSON object");
    }
    return new Fields("", node, new ArrayList<>());
  }

  /** No members at all. */
  public static Fields empty() {
    return new Fields("", JsonNodeFactory.instance.objectNode(), new ArrayList<>());
  }

  public String text(String name, int least, int most) {
    return required(name, optionalText(name, least, most), "");
  }

  public Optional<String> optionalText(String name, int least, int most) {
    return read(name, (at, node) -> textOf(at, node, least, most));
  }

  /** Absent: leave it; present but empty: clear it. */
  public Optional<Optional<String>> clearableText(String name, int most) {
    return clearable(name, (at, node) -> textOf(at, node, 1, most));
  }

  public Optional<Boolean> flag(String name) {
    return read(
        name,
        (at, node) ->
            node.isBoolean() ? Optional.of(node.booleanValue()) : wrong(at, "true or false"));
  }

  public boolean flag(String name, boolean otherwise) {
    return flag(name).orElse(otherwise);
  }

  public Optional<Integer> integer(String name, int least, int most) {
    return read(
        name,
        (at, node) ->
            node.isIntegralNumber()
                    && node.canConvertToInt()
                    && node.intValue() >= least
                    && node.intValue() <= most
                ? Optional.of(node.intValue())
                : wrong(at, "a whole number from " + least + " to " + most));
  }

  public Optional<Long> longInteger(String name, long least, long most) {
    return read(
        name,
        (at, node) ->
            node.isIntegralNumber()
                    && node.canConvertToLong()
                    && node.longValue() >= least
                    && node.longValue() <= most
                ? Optional.of(node.longValue())
                : wrong(at, "a whole number from " + least + " to " + most));
  }

  public int requiredInteger(String name, int least, int most) {
    return required(name, integer(name, least, most), least);
  }

  public Optional<Double> decimal(String name, double least, double most) {
    return read(name, (at, node) -> decimalOf(at, node, least, most));
  }

  public Optional<Optional<Double>> clearableDecimal(String name, double least, double most) {
    return clearable(name, (at, node) -> decimalOf(at, node, least, most));
  }

  public UUID id(String name) {
    return required(name, optionalId(name), NO_ID);
  }

  public Optional<UUID> optionalId(String name) {
    return read(name, this::idOf);
  }

  public Optional<List<UUID>> ids(String name, int most) {
    return read(name, (at, node) -> list(at, node, most, this::idOf));
  }

  public Optional<Optional<List<UUID>>> clearableIds(String name, int most) {
    return clearable(name, (at, node) -> list(at, node, most, this::idOf));
  }

  public Optional<List<String>> texts(String name, int most, int longest) {
    return read(name, (at, node) -> list(at, node, most, (a, n) -> textOf(a, n, 1, longest)));
  }

  /** An RFC 3339 time with its offset. */
  public Optional<Instant> time(String name) {
    return read(name, this::timeOf);
  }

  public Optional<Optional<Instant>> clearableTime(String name) {
    return clearable(name, this::timeOf);
  }

  /** An ISO 8601 date, without a time. */
  public Optional<Optional<LocalDate>> clearableDate(String name) {
    return clearable(name, this::dateOf);
  }

  public Instant requiredTime(String name) {
    return required(name, time(name), Instant.EPOCH);
  }

  /** One of some words. */
  public Optional<String> choice(String name, List<String> words) {
    return read(
        name,
        (at, node) ->
            node.isTextual() && words.contains(node.textValue())
                ? Optional.of(node.textValue())
                : wrong(at, "one of " + String.join(", ", words)));
  }

  /** Some of some words. */
  public Optional<List<String>> choices(String name, List<String> words) {
    return read(
        name,
        (at, node) ->
            list(
                at,
                node,
                words.size(),
                (a, n) ->
                    n.isTextual() && words.contains(n.textValue())
                        ? Optional.of(n.textValue())
                        : wrong(a, "one of " + String.join(", ", words))));
  }

  public String requiredChoice(String name, List<String> words) {
    return required(name, choice(name, words), words.getFirst());
  }

  /** An object of any members, at most so many characters of JSON. */
  public Optional<Map<String, Object>> map(String name, int mostChars) {
    return any(name, mostChars)
        .flatMap(
            node -> node.isObject() ? Optional.of(Json.map(node)) : wrong(at(name), "an object"));
  }

  /** Any JSON value but null. */
  public Optional<JsonNode> any(String name, int mostChars) {
    return read(
        name,
        (at, node) -> {
          String json = node.toString();
          if (json.length() > mostChars) {
            return wrong(at, "at most " + mostChars + " characters of JSON");
          }
          return json.contains("\\u0000") ? wrong(at, "no U+0000") : Optional.of(node);
        });
  }

  /** Numbers, for instance an embedding. */
  public Optional<float[]> vector(String name, int most) {
    return read(
        name,
        (at, node) -> {
          if (!node.isArray() || node.isEmpty() || node.size() > most) {
            return wrong(at, "an array of 1 to " + most + " numbers");
          }
          float[] vector = new float[node.size()];
          for (int i = 0; i < vector.length; i++) {
            JsonNode number = node.get(i);
            vector[i] = number.isNumber() ? number.floatValue() : Float.NaN;
            if (!Float.isFinite(vector[i])) {
              return wrong(at + "[" + i + "]", "a finite number");
            }
          }
          return Optional.of(vector);
        });
  }

  /** An object in the object: its errors are noted here. */
  public Optional<Fields> object(String name) {
    return read(
        name,
        (at, node) ->
            node.isObject()
                ? Optional.of(new Fields(at + ".", node, errors))
                : wrong(at, "an object"));
  }

  /** Whether the member is there, also as null. */
  public boolean has(String name) {
    return object.has(name);
  }

  /** Notes what a caller's own check found. */
  public void refuse(String name, String detail) {
    errors.add(new FieldError(at(name), detail));
  }

  /**
   * @throws Failure {@code invalid} naming every wrong field
   */
  public void verify() {
    if (!errors.isEmpty()) {
      throw Failure.invalid(errors);
    }
  }

  private <T> Optional<T> read(String name, BiFunction<String, JsonNode, Optional<T>> reader) {
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? Optional.empty() : reader.apply(at(name), node);
  }

  private <T> Optional<Optional<T>> clearable(
      String name, BiFunction<String, JsonNode, Optional<T>> reader) {
    JsonNode node = object.get(name);
    if (node == null) {
      return Optional.empty();
    }
    return Optional.of(node.isNull() ? Optional.empty() : reader.apply(at(name), node));
  }

  private <T> T required(String name, Optional<T> value, T standIn) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      errors.add(new FieldError(at(name), "required"));
    }
    return value.orElse(standIn);
  }

  private Optional<String> textOf(String at, JsonNode node, int least, int most) {
    if (!node.isTextual()) {
      return wrong(at, "a string");
    }
    String text = node.textValue();
    if (text.length() > most || text.length() < least || (least > 0 && text.isBlank())) {
      // Where only the size of the whole request bounds it, that is not what is wrong.
      String bound =
          most == Integer.MAX_VALUE
              ? "a string that is not empty"
              : "a string of " + least + " to " + most + " characters";
      return wrong(at, bound);
    }
    return text.indexOf('\0') >= 0 ? wrong(at, "a string without U+0000") : Optional.of(text);
  }

  private Optional<Double> decimalOf(String at, JsonNode node, double least, double most) {
    return node.isNumber() && node.doubleValue() >= least && node.doubleValue() <= most
        ? Optional.of(node.doubleValue())
        : wrong(at, "a number from " + least + " to " + most);
  }

  private Optional<UUID> idOf(String at, JsonNode node) {
    Optional<UUID> id = node.isTextual() ? parseId(node.textValue()) : Optional.empty();
    return id.isPresent() ? id : wrong(at, "a UUID");
  }

  private Optional<Instant> timeOf(String at, JsonNode node) {
    Optional<Instant> time = node.isTextual() ? parseTime(node.textValue()) : Optional.empty();
    return time.isPresent() ? time : wrong(at, "a time such as 2026-01-31T09:00:00Z");
  }

  private Optional<LocalDate> dateOf(String at, JsonNode node) {
    Optional<LocalDate> date = node.isTextual() ? parseDate(node.textValue()) : Optional.empty();
    return date.isPresent() ? date : wrong(at, "a date such as 2026-01-31");
  }

  private <T> Optional<List<T>> list(
      String at, JsonNode node, int most, BiFunction<String, JsonNode, Optional<T>> reader) {
    if (!node.isArray() || node.size() > most) {
      return wrong(at, "an array of at most " + most);
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      reader.apply(at + "[" + i + "]", node.get(i)).ifPresent(items::add);
    }
    return Optional.of(List.copyOf(items));
  }

  private <T> Optional<T> wrong(String at, String expected) {
    errors.add(new FieldError(at, "expected " + expected));
    return Optional.empty();
  }

  private String at(String name) {
    return path + name;
  }

  /** A UUID in its long form. */
  public static Optional<UUID> parseId(String text) {
    return UUID_FORM.matcher(text).matches()
        ? Optional.of(UUID.fromString(text))
        : Optional.empty();
  }

  private static Optional<LocalDate> parseDate(String text) {
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** An RFC 3339 time. */
  public static Optional<Instant> parseTime(String text) {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      // PostgreSQL's timestamps end before Java's do.
      return time.isAfter(Instant.parse("0001-01-01T00:00:00Z"))
              && time.isBefore(Instant.parse("9999-12-31T23:59:59Z"))
          ? Optional.of(time)
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
