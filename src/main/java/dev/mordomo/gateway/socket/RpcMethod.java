package dev.mordomo.gateway.socket;

import java.util.Arrays;
import java.util.Optional;

/** What a client may call over the socket. */
public enum RpcMethod {
  /** As {@code POST /conversations/{id}/turns}, with {@code conversation_id}. */
  TURN_START("turn.start"),
  /** As {@code POST /turns/{id}/cancel}, with {@code turn_id}. */
  TURN_CANCEL("turn.cancel"),
  /** As {@code POST /turns/{id}/regenerate}, with {@code turn_id}. */
  TURN_REGENERATE("turn.regenerate"),
  /** As {@code POST /turns/{id}/continue}, with {@code turn_id}. */
  TURN_CONTINUE("turn.continue"),
  /** As {@code POST /actions/{id}/result}, with {@code action_id}. */
  ACTION_REPORT("action.report"),
  /** As {@code POST /reminders/{id}/snooze}, with {@code reminder_id}. */
  REMINDER_SNOOZE("reminder.snooze"),
  /** As {@code POST /reminders/{id}/cancel}, with {@code reminder_id}. */
  REMINDER_CANCEL("reminder.cancel"),
  /** As {@code POST /reminders/{id}/acknowledge}, with {@code reminder_id}. */
  REMINDER_ACKNOWLEDGE("reminder.acknowledge"),
  /** As {@code POST /speakers/identify}. */
  SPEAKER_IDENTIFY("speaker.identify");

  private final String wire;

  RpcMethod(String wire) {
    this.wire = wire;
  }

  public String wire() {
    return wire;
  }

  static Optional<RpcMethod> of(String wire) {
    return Arrays.stream(values()).filter(m -> m.wire.equals(wire)).findFirst();
  }
}
