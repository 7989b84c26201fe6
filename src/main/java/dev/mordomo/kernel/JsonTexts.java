package dev.mordomo.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes every text in a JSON value, however deep; keys, numbers and the order stay. */
public final class JsonTexts {
  private JsonTexts() {}

  public static Map<String, Object> mapped(Map<?, ?> object, UnaryOperator<String> text) {
    Map<String, Object> mapped = new LinkedHashMap<>();
    object.forEach((key, value) -> mapped.put(String.valueOf(key), value(value, text)));
    return mapped;
  }

  /** A text, an object, an array, or anything else, which stays. */
  public static @Nullable Object value(@Nullable Object value, UnaryOperator<String> text) {
    return switch (value) {
      case null -> null;
      case String words -> text.apply(words);
      case Map<?, ?> object -> mapped(object, text);
      case List<?> array -> {
        List<@Nullable Object> all = new ArrayList<>();
        array.forEach(one -> all.add(value(one, text)));
        yield all;
      }
      default -> value;
    };
  }
}
