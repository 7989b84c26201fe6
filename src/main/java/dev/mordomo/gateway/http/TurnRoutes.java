package dev.mordomo.gateway.http;

import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.TurnRequest;
import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.RateLimit;
import dev.mordomo.gateway.TurnFields;
import java.util.Optional;
import java.util.UUID;

/** Turns: a user's words, and what becomes of them. */
final class TurnRoutes {
  private final ChatService chat;
  private final RateLimit limit;

  TurnRoutes(ChatService chat, RateLimit limit) {
    this.chat = chat;
    this.limit = limit;
  }

  Answer start(Exchange exchange) {
    UUID conversation = exchange.id("id", "the conversation");
    TurnRequest request = TurnFields.read(exchange.fields(), Optional.of(conversation), "web");
    limit.take(exchange.scope().userId());
    return Answer.accepted(chat.startTurn(exchange.scope(), request));
  }

  Answer get(Exchange exchange) {
    return Answer.ok(chat.turn(exchange.scope(), exchange.id("id", "the turn")));
  }

  Answer cancel(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<Integer> spoken = fields.integer("spoken_chars", 0, Integer.MAX_VALUE);
    fields.verify();
    return Answer.ok(chat.cancel(exchange.scope(), exchange.id("id", "the turn"), spoken));
  }
}
