package dev.mordomo.action;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ToolSpec;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds a model's arguments against the JSON Schema of their tool. */
final class ArgumentSchema {
  private static final Pattern MISSING = Pattern.compile("required property \"(.+)\"");
  private static final int LONGEST = 32_000;

  private final Validator validator;

  ArgumentSchema(ToolSpec spec) {
    SchemaRepository repository =
        SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri("app://mordomo/")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
    validator = repository.validator(JsonSchema.of(new JsonObject(Json.write(spec.parameters()))));
  }

  /**
   * The arguments without those that are null: models fill in what they leave out.
   *
   * @throws Failure {@code invalid} naming each wrong argument
   */
  Map<String, Object> check(Map<String, Object> arguments) {
    Map<String, Object> given = new LinkedHashMap<>(arguments);
    given.values().removeIf(Objects::isNull);
    String json = Json.write(given);
    if (json.length() > LONGEST || json.contains("\\u0000")) {
      throw Failure.invalid("arguments", "expected at most " + LONGEST + " characters, no U+0000");
    }
    OutputUnit found = validator.validate(new JsonObject(json));
    if (!Boolean.TRUE.equals(found.getValid())) {
      throw Failure.invalid(errors(found));
    }
    return given;
  }

  private static List<FieldError> errors(OutputUnit found) {
    List<OutputUnit> units = found.getErrors() == null ? List.of() : found.getErrors();
    List<FieldError> errors =
        units.stream()
            // The container says again, less clearly, what its members say.
            .filter(unit -> !unit.getKeywordLocation().endsWith("/properties"))
            .map(ArgumentSchema::error)
            .distinct()
            .toList();
    return errors.isEmpty()
        ? List.of(new FieldError("arguments", "not as the tool's schema says"))
        : errors;
  }

  private static FieldError error(OutputUnit unit) {
    Matcher missing = MISSING.matcher(unit.getError());
    if (missing.find()) {
      return new FieldError(missing.group(1), "required");
    }
    String at = unit.getInstanceLocation().replaceFirst("^#?/?", "").replace('/', '.');
    return new FieldError(at.isEmpty() ? "arguments" : at, unit.getError());
  }
}
