package dev.mordomo.gateway.socket;

import dev.mordomo.identity.KeyScope;
import java.util.Arrays;
import java.util.Optional;

/** What a client may call over the socket. */
public enum RpcMethod {
  /** As {@code POST /conversations/{id}/turns}, with {@code conversation_id}. */
  TURN_START("turn.start", KeyScope.CHAT),
  /** As {@code POST /turns/{id}/cancel}, with {@code turn_id}. */
  TURN_CANCEL("turn.cancel", KeyScope.CHAT),
  /** As {@code POST /turns/{id}/regenerate}, with {@code turn_id}. */
  TURN_REGENERATE("turn.regenerate", KeyScope.CHAT),
  /** As {@code POST /turns/{id}/continue}, with {@code turn_id}. */
  TURN_CONTINUE("turn.continue", KeyScope.CHAT),
  /** As {@code POST /actions/{id}/result}, with {@code action_id}. */
  ACTION_REPORT("action.report", KeyScope.DEVICES),
  /** As {@code POST /reminders/{id}/snooze}, with {@code reminder_id}. */
  REMINDER_SNOOZE("reminder.snooze", KeyScope.DEVICES),
  /** As {@code POST /reminders/{id}/cancel}, with {@code reminder_id}. */
  REMINDER_CANCEL("reminder.cancel", KeyScope.DEVICES),
  /** As {@code POST /reminders/{id}/acknowledge}, with {@code reminder_id}. */
  REMINDER_ACKNOWLEDGE("reminder.acknowledge", KeyScope.DEVICES),
  /** As {@code POST /speakers/identify}. */
  SPEAKER_IDENTIFY("speaker.identify", KeyScope.DEVICES);

  private final String wire;
  private final KeyScope needs;

  RpcMethod(String wire, KeyScope needs) {
    this.wire = wire;
    this.needs = needs;
  }

  /** What an API key must be for. */
  KeyScope needs() {
    return needs;
  }

  public String wire() {
    return wire;
  }

  static Optional<RpcMethod> of(String wire) {
    return Arrays.stream(values()).filter(m -> m.wire.equals(wire)).findFirst();
  }
}
