package dev.mordomo.knowledge;

import dev.mordomo.kernel.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A condition as a predicate of PostgreSQL's JSON path, with its values as variables: {@code
 * ($."metadata"."level" >= $v0)}.
 */
final class ConditionPath {
  private static final Map<String, String> OPERATORS =
      Map.of("gt", ">", "gte", ">=", "lt", "<", "lte", "<=");

  private final Map<String, Object> variables = new LinkedHashMap<>();
  private final String text;

  private ConditionPath(Condition condition) {
    this.text = path(condition);
  }

  static ConditionPath of(Condition condition) {
    return new ConditionPath(condition);
  }

  String text() {
    return text;
  }

  Map<String, Object> variables() {
    return variables;
  }

  private String path(Condition condition) {
    return switch (condition) {
      case Condition.And and -> joined(and.all(), " && ", "(1 == 1)");
      case Condition.Or or -> joined(or.any(), " || ", "(1 == 0)");
      case Condition.Not not -> "(!" + path(not.condition()) + ")";
      case Condition.In in ->
          in.values().isEmpty()
              ? "(1 == 0)"
              : in.values().stream()
                  .map(value -> field(in.field()) + " == " + variable(value))
                  .collect(Collectors.joining(" || ", "(", ")"));
      case Condition.Range range ->
          range.bounds().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(bound ->
                  field(range.field())
                      + " "
                      + OPERATORS.get(bound.getKey())
                      + " "
                      + variable(bound.getValue()))
              .collect(Collectors.joining(" && ", "(", ")"));
    };
  }

  private String joined(List<Condition> conditions, String by, String whenNone) {
    return conditions.isEmpty()
        ? whenNone
        : conditions.stream().map(this::path).collect(Collectors.joining(by, "(", ")"));
  }

  /** Each key quoted as a string of JSON, which is a string of JSON path too. */
  private static String field(String name) {
    return Arrays.stream(name.split("\\.", -1))
        .map(Json::write)
        .collect(Collectors.joining(".", "$.", ""));
  }

  private String variable(Object value) {
    String name = "v" + variables.size();
    variables.put(name, value);
    return "$" + name;
  }
}
