package dev.mordomo.identity;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What an API key may be used for. A key without any named may do all that its user may. */
public enum KeyScope {
  /** Conversations, turns, messages and models, also as OpenAI's clients call them. */
  CHAT,
  /** Collections, documents and search. */
  KNOWLEDGE,
  /** Actions and reminders: what a device needs. */
  DEVICES,
  /** Oneself and one's keys, users, tenants, jobs, and whatever else there is. */
  ACCOUNT;

  /** All of them. */
  public static final Set<KeyScope> ALL = Set.of(values());

  /**
   * What whoever has no account may do; of the account only to see it, and of documents what is
   * cited.
   */
  static final Set<KeyScope> OF_GUESTS = Set.of(CHAT, ACCOUNT, KNOWLEDGE);

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is said to a key that lacks it. */
  public String refusal() {
    return "this credential may not be used for "
        + wire()
        + "; an API key needs it among its scopes";
  }

  /** Every name on the wire. */
  public static List<String> wires() {
    return Stream.of(values()).map(KeyScope::wire).toList();
  }

  /**
   * @throws IllegalArgumentException when it is none of {@link #wires()}
   */
  public static KeyScope of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
