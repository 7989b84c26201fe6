package dev.mordomo.gateway;

import dev.mordomo.action.ActionReport;
import dev.mordomo.action.ActionStatus;
import dev.mordomo.kernel.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a device's report from a JSON object, the same on every face. */
public final class ReportFields {
  private static final int RESULT = 65_536;
  private static final int MESSAGE = 2_000;

  private ReportFields() {}

  /**
   * @throws dev.mordomo.kernel.Failure {@code invalid} naming every wrong field
   */
  public static ActionReport read(Fields fields) {
    String status = fields.requiredChoice("status", List.of("executing", "success", "failed"));
    Optional<Object> result =
        fields.any("result", RESULT).map(node -> Json.read(node.toString(), Object.class));
    Optional<String> message = fields.optionalText("error_message", 0, MESSAGE);
    fields.verify();
    return ActionReport.of(ActionStatus.valueOf(status.toUpperCase(Locale.ROOT)), result, message);
  }
}
