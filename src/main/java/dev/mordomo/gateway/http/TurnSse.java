package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.Turn;
import dev.mordomo.gateway.socket.SocketServices;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A turn's events as server-sent events; an event's id is {@code epoch:offset}. */
final class TurnSse {
  private static final String HEADER = "Last-Event-ID";
  private static final int LONGEST_ID = 100;

  private final ChatService chat;
  private final HttpGateway.Services gateway;

  TurnSse(ChatService chat, HttpGateway.Services gateway) {
    this.chat = chat;
    this.gateway = gateway;
  }

  /**
   * What the client has heard, if it says so.
   *
   * @throws Failure {@code invalid}, naming the header
   */
  static Optional<Position> lastEventId(Exchange exchange) {
    return exchange
        .header(HEADER)
        .map(value -> {
          int colon = value.lastIndexOf(':');
          if (colon < 1 || value.length() > LONGEST_ID || !isOffset(value.substring(colon + 1))) {
            throw Failure.invalid(HEADER, "expected epoch:offset, the id of an event");
          }
          return new Position(
              value.substring(0, colon), Long.parseLong(value.substring(colon + 1)));
        });
  }

  private static boolean isOffset(String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * The events after a position, or all.
   *
   * @param first told before them, with the position as its id
   */
  Answer answer(
      Exchange exchange, Turn turn, Optional<Position> since, Optional<Map<String, ?>> first) {
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      return new Answer.Empty(200, Map.of("Content-Type", "text/event-stream"));
    }
    Optional<Position> from =
        since.isPresent() ? since : chat.beginning(exchange.scope(), turn.id());
    SocketServices services = gateway.sockets();
    return new Answer.Stream((request, loop) -> {
      EventStream stream =
          new EventStream(
              request,
              loop,
              text -> services.placeholders().restored(exchange.scope(), text),
              services.config().queuedBytes(),
              Map.of());
      Pulse.start(loop.owner(), services, exchange.principal(), stream);
      first.ifPresent(members -> stream.send(event(from.map(TurnSse::id), Json.write(members))));
      Ear ear = new Ear(stream, turn, services.clock());
      if (from.isEmpty()) {
        ear.lost();
        return;
      }
      TurnFollowing following =
          new TurnFollowing(
              services.hub(), services.streams(), exchange.scope(), turn, from.get(), ear);
      stream.over().onComplete(ended -> following.stop());
      following.start();
      if (!stream.hasBegun()) {
        // The client knows now that it listens, though nothing is said yet.
        stream.send(Pulse.COMMENT);
      }
    });
  }

  private static String id(Position at) {
    return at.epoch() + ":" + at.offset();
  }

  private static String event(Optional<String> id, String json) {
    return id.map(value -> "id: " + value + "\n").orElse("")
        + "data: "
        + json.replace('\n', ' ')
        + "\n\n";
  }

  private record Ear(EventStream stream, Turn turn, InstantSource clock)
      implements TurnFollowing.Ear {
    @Override
    public void heard(Position at, StreamEvent event, JsonNode data, boolean last) {
      stream.send(event(Optional.of(id(at)), event.payload()));
      if (last) {
        stream.end();
      }
    }

    @Override
    public void nothing() {
      if (stream.hasBegun()) {
        stream.end();
      } else {
        stream.endEmpty();
      }
    }

    @Override
    public void lost() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("type", "turn.unrecovered");
      members.put("at", clock.instant());
      members.put("turn_id", turn.id());
      members.put("conversation_id", turn.conversationId());
      members.put("recovered", false);
      members.put(
          "detail",
          "these events are not kept any more: reload the conversation's messages, which hold the"
              + " whole answer");
      stream.send(event(Optional.empty(), Json.write(members)));
      stream.end();
    }

    @Override
    public Future<Void> ready() {
      return stream.ready();
    }
  }
}
