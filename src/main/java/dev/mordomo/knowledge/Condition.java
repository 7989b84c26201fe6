package dev.mordomo.knowledge;

import java.util.List;
import java.util.Map;

/**
 * What a hit must be. A field is {@code language}, {@code source}, {@code source_type}, {@code
 * title}, {@code created_at} or {@code metadata.KEY}, where dots go deeper; one that holds a list
 * is met by any of its items.
 */
public sealed interface Condition {
  record And(List<Condition> all) implements Condition {
    public And {
      all = List.copyOf(all);
    }
  }

  record Or(List<Condition> any) implements Condition {
    public Or {
      any = List.copyOf(any);
    }
  }

  record Not(Condition condition) implements Condition {}

  /**
   * @param values strings, numbers or booleans; one of them
   */
  record In(String field, List<Object> values) implements Condition {
    public In {
      values = List.copyOf(values);
    }
  }

  /**
   * @param bounds numbers or strings by {@code gt}, {@code gte}, {@code lt} and {@code lte}
   */
  record Range(String field, Map<String, Object> bounds) implements Condition {
    public Range {
      bounds = Map.copyOf(bounds);
    }
  }
}
