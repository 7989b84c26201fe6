package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.knowledge.Condition;
import dev.mordomo.knowledge.SearchFilter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a coverage-guided fuzzer gives to the reader of search filters. */
public final class FilterTarget {
  private static final int DEEPEST = 24;

  private FilterTarget() {}

  /** Throws when the reader does anything but read conditions or name what is wrong. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      String text = "{\"filter\":" + new String(bytes, StandardCharsets.UTF_8) + "}";
      Fields fields = Fields.of(Json.read(text));
      SearchFilter filter = FilterFields.read(fields);
      fields.verify();
      filter.where().ifPresent(where -> check(where, 0));
    } catch (Failure refused) {
      if (refused.code() != FailureCode.MALFORMED && refused.code() != FailureCode.INVALID) {
        throw new IllegalStateException("refused as " + refused.code(), refused);
      }
    }
  }

  /** What was let through is something that the store can ask for. */
  private static void check(Condition condition, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalStateException("too deep");
    }
    switch (condition) {
      case Condition.And and -> and.all().forEach(part -> check(part, depth + 1));
      case Condition.Or or -> or.any().forEach(part -> check(part, depth + 1));
      case Condition.Not not -> check(not.condition(), depth + 1);
      case Condition.In in -> values(in.values());
      case Condition.Range range -> {
        if (!List.of("gt", "gte", "lt", "lte").containsAll(range.bounds().keySet())) {
          throw new IllegalStateException("a bound of another name: " + range);
        }
        values(List.copyOf(Map.copyOf(range.bounds()).values()));
      }
    }
  }

  private static void values(List<Object> values) {
    for (Object value : values) {
      if (value instanceof String text && text.indexOf('\0') >= 0) {
        throw new IllegalStateException("a zero, which PostgreSQL does not store");
      }
    }
  }
}
