package dev.mordomo.knowledge;

import dev.mordomo.kernel.Json;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A condition as a predicate of PostgreSQL's JSON path, with its values as variables: {@code
 * ($."metadata"."level" >= $v0)}.
 */
record ConditionPath(String text, Map<String, Object> variables) {
  private static final Map<String, String> OPERATORS =
      Map.of("gt", ">", "gte", ">=", "lt", "<", "lte", "<=");

  ConditionPath {
    variables = Map.copyOf(variables);
  }

  static ConditionPath of(Condition condition) {
    Map<String, Object> variables = new HashMap<>();
    return new ConditionPath(path(condition, variables), variables);
  }

  private static String path(Condition condition, Map<String, Object> variables) {
    return switch (condition) {
      case Condition.And and -> joined(and.all(), " && ", "(1 == 1)", variables);
      case Condition.Or or -> joined(or.any(), " || ", "(1 == 0)", variables);
      case Condition.Not not -> "(!" + path(not.condition(), variables) + ")";
      case Condition.In in ->
          in.values().isEmpty()
              ? "(1 == 0)"
              : in.values().stream()
                  .map(value -> field(in.field()) + " == " + variable(value, variables))
                  .collect(Collectors.joining(" || ", "(", ")"));
      case Condition.Range range ->
          range.bounds().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(bound ->
                  field(range.field())
                      + " "
                      + OPERATORS.get(bound.getKey())
                      + " "
                      + variable(bound.getValue(), variables))
              .collect(Collectors.joining(" && ", "(", ")"));
    };
  }

  private static String joined(
      List<Condition> conditions, String by, String whenNone, Map<String, Object> variables) {
    return conditions.isEmpty()
        ? whenNone
        : conditions.stream()
            .map(c -> path(c, variables))
            .collect(Collectors.joining(by, "(", ")"));
  }

  /** Each key quoted as a string of JSON, which is a string of JSON path too. */
  private static String field(String name) {
    return Arrays.stream(name.split("\\.", -1))
        .map(Json::write)
        .collect(Collectors.joining(".", "$.", ""));
  }

  private static String variable(Object value, Map<String, Object> variables) {
    String name = "v" + variables.size();
    variables.put(name, value);
    return "$" + name;
  }
}
