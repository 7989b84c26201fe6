package dev.mordomo.kernel;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A value of any type that records of the house are made of. */
final class SampleValues {
  private SampleValues() {}

  /**
   * @param full whether Optionals and collections hold something
   */
  static Object of(Type type, boolean full) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      return ofGeneric(generic, full);
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isRecord()) {
      return ofRecord(raw, full);
    }
    if (raw.isEnum()) {
      return raw.getEnumConstants()[full ? raw.getEnumConstants().length - 1 : 0];
    }
    if (raw == UUID.class) {
      return Ids.next();
    } else if (raw == String.class || raw == Object.class) {
      return full ? "não \"dito\"\n 𝄞 " + Ids.next() : "";
    } else if (raw == Instant.class) {
      return full ? Instant.parse("2026-02-03T04:05:06.789012Z") : Instant.EPOCH;
    } else if (raw == Duration.class) {
      return full ? Duration.ofMillis(12_345) : Duration.ZERO;
    } else if (raw == int.class || raw == Integer.class) {
      return full ? Integer.MAX_VALUE : -1;
    } else if (raw == long.class || raw == Long.class) {
      return full ? Long.MAX_VALUE : -1L;
    } else if (raw == double.class || raw == Double.class) {
      return full ? Math.PI : -0.5;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return full;
    }
    throw new IllegalArgumentException("no sample of " + type + ": add one");
  }

  private static Object ofGeneric(ParameterizedType type, boolean full)
      throws ReflectiveOperationException {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] of = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return full ? Optional.of(of(of[0], true)) : Optional.empty();
    } else if (raw == List.class) {
      return full ? List.of(of(of[0], true), of(of[0], false)) : List.of();
    } else if (raw == Map.class) {
      return full
          ? Map.of("a", of(of[1], true), "lista", List.of(1, 2.5, true, Map.of("x", "y")))
          : Map.of();
    }
    throw new IllegalArgumentException("no sample of " + type + ": add one");
  }

  private static Object ofRecord(Class<?> type, boolean full) throws ReflectiveOperationException {
    RecordComponent[] parts = type.getRecordComponents();
    Object[] values = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = of(parts[i].getGenericType(), full);
    }
    Constructor<?> constructor =
        type.getDeclaredConstructor(
            Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }
}
