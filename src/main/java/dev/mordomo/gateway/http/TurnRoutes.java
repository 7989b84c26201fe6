package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.Turn;
import dev.mordomo.chat.TurnRequest;
import dev.mordomo.gateway.AgainFields;
import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.TurnFields;
import dev.mordomo.kernel.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Turns: a user's words, and what becomes of them. */
final class TurnRoutes {
  private final ChatService chat;
  private final RateLimits limits;
  private final TurnSse events;

  TurnRoutes(ChatService chat, RateLimits limits, TurnSse events) {
    this.chat = chat;
    this.limits = limits;
    this.events = events;
  }

  Answer start(Exchange exchange) {
    UUID conversation = exchange.id("id", "the conversation");
    TurnSse.lastEventId(exchange);
    TurnRequest request = TurnFields.read(exchange.fields(), Optional.of(conversation), "web");
    limits.turn(exchange.scope());
    return Answer.accepted(chat.startTurn(exchange.scope(), request));
  }

  /** Whoever accepts a stream of events gets the turn's, the ids first. */
  Answer follow(Exchange exchange, Answer.Text started) {
    if (!exchange.wantsEvents()) {
      return started;
    }
    JsonNode told = Json.read(started.body());
    Turn turn = chat.turn(exchange.scope(), UUID.fromString(told.path("turn_id").asText()));
    Map<String, Object> first = new LinkedHashMap<>();
    first.put("type", "turn.accepted");
    first.put("at", turn.createdAt());
    first.putAll(Json.map(told));
    first.put("client_message_id", turn.clientMessageId());
    return events.answer(exchange, turn, TurnSse.lastEventId(exchange), Optional.of(first));
  }

  Answer regenerate(Exchange exchange) {
    return again(exchange, ChatService.Again.REGENERATE);
  }

  /** Named so since {@code continue} is a word of the language. */
  Answer goOn(Exchange exchange) {
    return again(exchange, ChatService.Again.CONTINUE);
  }

  private Answer again(Exchange exchange, ChatService.Again how) {
    UUID turn = exchange.id("id", "the turn");
    TurnSse.lastEventId(exchange);
    AgainFields fields = AgainFields.read(exchange.fields());
    limits.turn(exchange.scope());
    return Answer.accepted(
        chat.again(exchange.scope(), turn, how, fields.clientMessageId(), fields.model()));
  }

  Answer get(Exchange exchange) {
    return Answer.ok(chat.turn(exchange.scope(), exchange.id("id", "the turn")));
  }

  Answer events(Exchange exchange) {
    var since = TurnSse.lastEventId(exchange);
    Turn turn = chat.turn(exchange.scope(), exchange.id("id", "the turn"));
    return events.answer(exchange, turn, since, Optional.empty());
  }

  Answer cancel(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<Integer> spoken = fields.integer("spoken_chars", 0, Integer.MAX_VALUE);
    fields.verify();
    return Answer.ok(chat.cancel(exchange.scope(), exchange.id("id", "the turn"), spoken));
  }
}
