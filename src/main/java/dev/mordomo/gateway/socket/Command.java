package dev.mordomo.gateway.socket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Position;
import java.util.Map;
import java.util.Optional;

/** What a client may say, by the Centrifugo client protocol. */
sealed interface Command {
  /** Begins the connection. */
  record Connect(long id, Optional<String> token, Map<String, Position> recover)
      implements Command {}

  /**
   * @param since present when the client wants what it missed
   */
  record Subscribe(long id, String channel, Optional<Position> since) implements Command {}

  record Unsubscribe(long id, String channel) implements Command {}

  record Rpc(long id, String method, JsonNode data) implements Command {}

  record Refresh(long id, String token) implements Command {}

  /**
   * @param limit 0: only the position
   */
  record History(long id, String channel, Optional<Position> since, Streams.Order order, int limit)
      implements Command {}

  /**
   * Who listens to a channel.
   *
   * @param counted only how many
   */
  record Presence(long id, String channel, boolean counted) implements Command {}

  record Ping(long id) implements Command {}

  /** The answer to a ping: an empty object. */
  record Pong() implements Command {}

  /** A message that wants no answer; nobody hears it here. */
  record Send() implements Command {}

  /** Something that is answered with an error at once. */
  record Refused(long id, ReplyError error, String detail) implements Command {}
}
