package dev.mordomo.gateway.socket;

import dev.mordomo.identity.KeyScope;
import java.util.Arrays;
import java.util.Optional;

/** What a client may call over the socket. */
public enum RpcMethod {
  /** As {@code POST /conversations/{id}/turns}, with {@code conversation_id}. */
  TURN_START("turn.start", KeyScope.CHAT, false),
  /** As {@code POST /turns/{id}/cancel}, with {@code turn_id}. */
  TURN_CANCEL("turn.cancel", KeyScope.CHAT, false),
  /** As {@code POST /turns/{id}/regenerate}, with {@code turn_id}. */
  TURN_REGENERATE("turn.regenerate", KeyScope.CHAT, false),
  /** As {@code POST /turns/{id}/continue}, with {@code turn_id}. */
  TURN_CONTINUE("turn.continue", KeyScope.CHAT, false),
  /** As {@code POST /actions/{id}/result}, with {@code action_id}. */
  ACTION_REPORT("action.report", KeyScope.DEVICES, true),
  /** As {@code POST /reminders/{id}/snooze}, with {@code reminder_id}. */
  REMINDER_SNOOZE("reminder.snooze", KeyScope.DEVICES, true),
  /** As {@code POST /reminders/{id}/cancel}, with {@code reminder_id}. */
  REMINDER_CANCEL("reminder.cancel", KeyScope.DEVICES, true),
  /** As {@code POST /reminders/{id}/acknowledge}, with {@code reminder_id}. */
  REMINDER_ACKNOWLEDGE("reminder.acknowledge", KeyScope.DEVICES, true),
  /** As {@code POST /speakers/identify}. */
  SPEAKER_IDENTIFY("speaker.identify", KeyScope.DEVICES, false);

  private final String wire;
  private final KeyScope needs;
  private final boolean audited;

  RpcMethod(String wire, KeyScope needs, boolean audited) {
    this.wire = wire;
    this.needs = needs;
    this.audited = audited;
  }

  /** Whether each call is written down, under this name; turns are kept as such. */
  boolean isAudited() {
    return audited;
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
