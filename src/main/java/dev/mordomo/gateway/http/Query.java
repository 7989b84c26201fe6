package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The parameters of a query string. Each is checked where it is read. */
record Query(MultiMap parameters) {
  Optional<String> text(String name) {
    String value = parameters.get(name);
    if (value != null && value.indexOf('\0') >= 0) {
      throw Failure.invalid(name, "expected no U+0000");
    }
    return Optional.ofNullable(value).filter(v -> !v.isEmpty());
  }

  int integer(String name, int otherwise, int least, int most) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Failure.invalid(name, "expected a whole number from " + least + " to " + most);
  }

  Optional<UUID> id(String name) {
    return text(name)
        .map(v -> Fields.parseId(v).orElseThrow(() -> Failure.invalid(name, "expected a UUID")));
  }

  Optional<Instant> time(String name) {
    return text(name)
        .map(v ->
            Fields.parseTime(v)
                .orElseThrow(
                    () -> Failure.invalid(name, "expected a time such as 2026-01-31T09:00:00Z")));
  }

  Optional<String> choice(String name, List<String> words) {
    Optional<String> value = text(name);
    if (value.isPresent() && !words.contains(value.get())) {
      throw Failure.invalid(name, "expected one of " + String.join(", ", words));
    }
    return value;
  }
}
