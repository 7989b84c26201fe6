package dev.mordomo.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Map;

/**
 * The one JSON of the house: snake_case, RFC 3339 UTC times, absent Optionals as null. Depth and
 * sizes are bounded.
 */
public final class Json {
  private static final int DEEPEST = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Vectors of hundreds of numbers come as JSON; the value read is the same.
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
  }

  private Json() {}

  /** Any record, map, list or scalar as JSON text. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + value.getClass(), e);
    }
  }

  /**
   * @throws Failure {@code malformed} when the text is not JSON, or nested too deep
   */
  public static JsonNode read(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw Failure.of(FailureCode.MALFORMED, "empty, expected JSON");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
  }

  /**
   * Reads what this house wrote itself.
   *
   * @throws Failure {@code malformed} when the text is not of that type
   */
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
  }

  /** The same for generic types. */
  public static <T> T read(String text, TypeReference<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
  }

  /** A value as the tree that {@link #write} would give. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** An object as maps, lists and scalars. */
  public static Map<String, Object> map(JsonNode object) {
    return MAPPER.convertValue(object, new TypeReference<Map<String, Object>>() {});
  }

  private static Failure malformed(JsonProcessingException e) {
    var at = e.getLocation();
    String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    return Failure.of(FailureCode.MALFORMED, "not JSON" + where + ": " + said(e), e);
  }

  /** In words that speak of JSON: those of the library may name its classes. */
  private static String said(JsonProcessingException e) {
    return switch (e) {
      case StreamConstraintsException tooMuch ->
          "nested deeper than " + DEEPEST + ", or with a number or a name that is too long";
      case JsonEOFException cut -> "it ends in the middle";
      case DatabindException bound -> "another value than was expected, or more than one";
      default -> e.getOriginalMessage();
    };
  }
}
