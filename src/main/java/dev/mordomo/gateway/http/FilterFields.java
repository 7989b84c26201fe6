package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.Fields;
import dev.mordomo.knowledge.Condition;
import dev.mordomo.knowledge.SearchFilter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The filter of a search: {@code and}, {@code or} (lists of filters), {@code not} (a filter),
 * {@code eq} (field to value), {@code in} (field to values), {@code range} (field to {@code gt,
 * gte, lt, lte}); and for short {@code language}, {@code source}, {@code metadata}. All members of
 * one object must hold.
 */
final class FilterFields {
  private static final int LONGEST = 65_536;
  private static final int DEEPEST = 10;
  private static final int MOST_VALUES = 500;
  private static final Pattern FIELD =
      Pattern.compile(
          "language|source|source_type|title|created_at|metadata(\\.[^.\\p{Cntrl}]{1,200}){1,8}");
  private static final Set<String> BOUNDS = Set.of("gt", "gte", "lt", "lte");
  private static final String CREATED_AT = "created_at";

  private final Fields fields;
  private int values;

  private FilterFields(Fields fields) {
    this.fields = fields;
  }

  /** What is wrong is noted in the fields, under its path. */
  static SearchFilter read(Fields fields) {
    Optional<JsonNode> node = fields.any("filter", LONGEST);
    if (node.isEmpty()) {
      return SearchFilter.NONE;
    }
    FilterFields reader = new FilterFields(fields);
    Optional<Fields> shorthand = fields.object("filter");
    Optional<Condition> where =
        node.get().isObject() ? reader.object("filter", node.get(), 0, true) : Optional.empty();
    return shorthand
        .map(members ->
            new SearchFilter(
                members.optionalText("language", 2, 2),
                members.optionalText("source", 1, 2_000),
                members.map("metadata", 16_384).orElse(Map.of()),
                where))
        .orElse(SearchFilter.NONE);
  }

  private Optional<Condition> object(String at, JsonNode node, int depth, boolean top) {
    if (!node.isObject() || depth > DEEPEST) {
      fields.refuse(at, depth > DEEPEST ? "nested too deep" : "expected an object");
      return Optional.empty();
    }
    List<Condition> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String path = at + "." + member.getKey();
      JsonNode value = member.getValue();
      switch (member.getKey()) {
        case "and" -> all.add(new Condition.And(list(path, value, depth)));
        case "or" -> all.add(new Condition.Or(list(path, value, depth)));
        case "not" ->
            object(path, value, depth + 1, false).map(Condition.Not::new).ifPresent(all::add);
        case "eq" -> all.addAll(each(path, value, this::equal));
        case "in" -> all.addAll(each(path, value, this::oneOf));
        case "range" -> all.addAll(each(path, value, this::range));
        case "language", "source" -> {
          if (!top) {
            equal(path, member.getKey(), value).ifPresent(all::add);
          }
        }
        case "metadata" -> {
          if (!top) {
            fields.refuse(path, "within and, or and not say eq with metadata.KEY");
          }
        }
        default ->
            fields.refuse(path, "expected and, or, not, eq, in, range, language, source, metadata");
      }
    }
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.size() == 1 ? all.getFirst() : new Condition.And(all));
  }

  private List<Condition> list(String at, JsonNode node, int depth) {
    List<Condition> conditions = new ArrayList<>();
    if (!node.isArray() || node.isEmpty()) {
      fields.refuse(at, "expected a list of filters");
      return conditions;
    }
    for (int i = 0; i < node.size(); i++) {
      object(at + "[" + i + "]", node.get(i), depth + 1, false).ifPresent(conditions::add);
    }
    return conditions;
  }

  private interface Reader {
    Optional<Condition> read(String at, String field, JsonNode value);
  }

  private List<Condition> each(String at, JsonNode node, Reader reader) {
    List<Condition> conditions = new ArrayList<>();
    if (!node.isObject() || node.isEmpty()) {
      fields.refuse(at, "expected an object of fields");
      return conditions;
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String path = at + "." + member.getKey();
      if (FIELD.matcher(member.getKey()).matches()) {
        reader.read(path, member.getKey(), member.getValue()).ifPresent(conditions::add);
      } else {
        fields.refuse(
            path, "expected language, source, source_type, title, created_at or metadata.KEY");
      }
    }
    return conditions;
  }

  private Optional<Condition> equal(String at, String field, JsonNode value) {
    return scalar(at, field, value).map(v -> new Condition.In(field, List.of(v)));
  }

  private Optional<Condition> oneOf(String at, String field, JsonNode values) {
    if (!values.isArray()) {
      fields.refuse(at, "expected a list of values");
      return Optional.empty();
    }
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      scalar(at + "[" + i + "]", field, values.get(i)).ifPresent(all::add);
    }
    return Optional.of(new Condition.In(field, all));
  }

  private Optional<Condition> range(String at, String field, JsonNode bounds) {
    if (!bounds.isObject() || bounds.isEmpty()) {
      fields.refuse(at, "expected an object of gt, gte, lt, lte");
      return Optional.empty();
    }
    Map<String, Object> all = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> bound : bounds.properties()) {
      String path = at + "." + bound.getKey();
      if (!BOUNDS.contains(bound.getKey()) || bound.getValue().isBoolean()) {
        fields.refuse(path, "expected gt, gte, lt or lte with a number or a string");
      } else {
        scalar(path, field, bound.getValue()).ifPresent(v -> all.put(bound.getKey(), v));
      }
    }
    return Optional.of(new Condition.Range(field, all));
  }

  private Optional<Object> scalar(String at, String field, JsonNode value) {
    if (++values > MOST_VALUES) {
      fields.refuse(at, "at most " + MOST_VALUES + " values");
      return Optional.empty();
    }
    if (field.equals(CREATED_AT)) {
      Optional<Object> time =
          value.isTextual()
              ? Fields.parseTime(value.textValue()).map(FilterFields::seconds)
              : Optional.empty();
      if (time.isEmpty()) {
        fields.refuse(at, "expected a time such as 2026-01-31T09:00:00Z");
      }
      return time;
    }
    if (value.isTextual()) {
      return Optional.of(value.textValue());
    }
    if (value.isNumber()) {
      return Optional.of(value.decimalValue());
    }
    if (value.isBoolean()) {
      return Optional.of(value.booleanValue());
    }
    fields.refuse(at, "expected a string, a number, true or false");
    return Optional.empty();
  }

  /** As the database compares them. */
  private static BigDecimal seconds(Instant time) {
    return BigDecimal.valueOf(time.getEpochSecond()).add(BigDecimal.valueOf(time.getNano(), 9));
  }
}
