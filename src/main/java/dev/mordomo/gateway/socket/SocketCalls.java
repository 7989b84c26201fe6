package dev.mordomo.gateway.socket;

import dev.mordomo.action.ActionReport;
import dev.mordomo.chat.ChatService;
import dev.mordomo.gateway.AgainFields;
import dev.mordomo.gateway.Features;
import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.ReportFields;
import dev.mordomo.gateway.SnoozeFields;
import dev.mordomo.gateway.TurnFields;
import dev.mordomo.kernel.Scope;
import dev.mordomo.reminder.Reminder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the rpc methods do: decode, validate, call. */
public final class SocketCalls {
  private final Features features;
  private final RateLimits limits;

  /**
   * @param limits how many turns a user may begin, the same budget as over HTTP
   */
  public SocketCalls(Features features, RateLimits limits) {
    this.features = features;
    this.limits = limits;
  }

  public RpcTable table() {
    return new RpcTable()
        .with(RpcMethod.TURN_START, this::startTurn)
        .with(RpcMethod.TURN_CANCEL, this::cancelTurn)
        .with(
            RpcMethod.TURN_REGENERATE,
            (scope, fields) -> again(scope, fields, ChatService.Again.REGENERATE))
        .with(
            RpcMethod.TURN_CONTINUE,
            (scope, fields) -> again(scope, fields, ChatService.Again.CONTINUE))
        .with(RpcMethod.ACTION_REPORT, this::report)
        .with(RpcMethod.REMINDER_SNOOZE, this::snooze)
        .with(
            RpcMethod.REMINDER_CANCEL,
            (scope, fields) -> features.reminders().cancel(scope, reminder(fields)))
        .with(
            RpcMethod.REMINDER_ACKNOWLEDGE,
            (scope, fields) -> features.reminders().acknowledge(scope, reminder(fields)));
  }

  /** What the connect reply tells a user. */
  public Map<String, Object> greeting(Scope scope) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("user_id", scope.userId());
    data.put("pending_reminders", features.reminders().pending(scope));
    return data;
  }

  private Object startTurn(Scope scope, Fields fields) {
    var request = TurnFields.read(fields, Optional.empty(), "web");
    limits.turn(scope);
    return features.chat().startTurn(scope, request);
  }

  private Object again(Scope scope, Fields fields, ChatService.Again how) {
    UUID turn = fields.id("turn_id");
    AgainFields wanted = AgainFields.read(fields);
    limits.turn(scope);
    return features.chat().again(scope, turn, how, wanted.clientMessageId(), wanted.model());
  }

  private Object cancelTurn(Scope scope, Fields fields) {
    UUID turn = fields.id("turn_id");
    Optional<Integer> spoken = fields.integer("spoken_chars", 0, Integer.MAX_VALUE);
    fields.verify();
    return features.chat().cancel(scope, turn, spoken);
  }

  private Object report(Scope scope, Fields fields) {
    UUID action = fields.id("action_id");
    ActionReport report = ReportFields.read(fields);
    return features.actions().report(scope, action, report);
  }

  private Reminder snooze(Scope scope, Fields fields) {
    UUID reminder = fields.id("reminder_id");
    return SnoozeFields.read(fields)
        .fold(
            wait -> features.reminders().snooze(scope, reminder, wait),
            until -> features.reminders().snoozeUntil(scope, reminder, until));
  }

  private static UUID reminder(Fields fields) {
    UUID id = fields.id("reminder_id");
    fields.verify();
    return id;
  }
}
