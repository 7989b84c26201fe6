package dev.mordomo.gateway.http;

import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.Message;
import dev.mordomo.chat.MessageQuery;
import dev.mordomo.gateway.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages across conversations. */
final class MessageRoutes {
  private static final List<String> ROLES = List.of("user", "assistant", "system");
  private static final int MOST_HITS = 100;
  private static final int DEFAULT_HITS = 20;
  private static final int LONGEST_QUERY = 2_000;
  private static final int LONGEST_COMMENT = 4_000;

  private final ChatService chat;

  MessageRoutes(ChatService chat) {
    this.chat = chat;
  }

  /** One's own, newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    Optional<java.util.UUID> user = query.id("user_id");
    if (user.isPresent() && !user.get().equals(exchange.scope().userId())) {
      // Another user's messages are as if there were none, whoever asks.
      return Answer.page(List.of(), Optional.empty());
    }
    return page.answer(
        chat.messages(
            exchange.scope(),
            new MessageQuery(
                query.id("conversation_id"),
                query.time("from"),
                query.time("to"),
                query.choice("role", ROLES),
                query.text("intent"),
                page.after(),
                page.oneMore())),
        Message::id);
  }

  /** By words: messages have no embeddings yet. */
  Answer search(Exchange exchange) {
    Fields fields = exchange.fields();
    String query = fields.text("query", 1, LONGEST_QUERY);
    Optional<String> mode = fields.optionalText("mode", 1, 20);
    if (mode.filter(m -> !m.equals("text")).isPresent()) {
      fields.refuse("mode", "expected text: messages are searched by their words");
    }
    // How near a message has to be in meaning: by words there is nothing that it narrows.
    fields.decimal("threshold", 0, 1);
    if (fields.any("sentiment", LONGEST_QUERY).isPresent()) {
      fields.refuse("sentiment", "is not supported: messages are searched by their words");
    }
    int limit = fields.integer("limit", 1, MOST_HITS).orElse(DEFAULT_HITS);
    var from = fields.time("from");
    var to = fields.time("to");
    fields.verify();
    return Answer.ok(Map.of("hits", chat.search(exchange.scope(), query, from, to, limit)));
  }

  Answer feedback(Exchange exchange) {
    Fields fields = exchange.fields();
    int score = fields.requiredInteger("score", 1, 5);
    Optional<String> comment = fields.optionalText("comment", 0, LONGEST_COMMENT);
    fields.verify();
    chat.feedback(exchange.scope(), exchange.id("id", "the message"), score, comment);
    return Answer.done();
  }
}
