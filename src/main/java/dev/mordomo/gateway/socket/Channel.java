package dev.mordomo.gateway.socket;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Streams.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** A channel by its name on the wire: {@code user:{id}} or {@code conversation:{id}}. */
public record Channel(Kind kind, UUID id) {
  /** The name on the wire. */
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + id;
  }

  /** Empty when no channel is named like that. */
  public static Optional<Channel> parse(String name) {
    for (Kind kind : Kind.values()) {
      String prefix = kind.name().toLowerCase(Locale.ROOT) + ":";
      if (name.startsWith(prefix)) {
        return Fields.parseId(name.substring(prefix.length())).map(id -> new Channel(kind, id));
      }
    }
    return Optional.empty();
  }

  public static Channel ofUser(UUID id) {
    return new Channel(Kind.USER, id);
  }

  public static Channel ofConversation(UUID id) {
    return new Channel(Kind.CONVERSATION, id);
  }
}
