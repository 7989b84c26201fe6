package dev.mordomo.gateway.http;

import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.Message;
import dev.mordomo.chat.MessageQuery;
import dev.mordomo.chat.MessageSearch;
import dev.mordomo.chat.MessageSearchRequest;
import dev.mordomo.chat.Sentiment;
import dev.mordomo.gateway.Fields;
import dev.mordomo.knowledge.SearchMode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages across conversations. */
final class MessageRoutes {
  private static final List<String> ROLES = List.of("user", "assistant", "system");
  private static final List<String> MODES =
      Arrays.stream(SearchMode.values()).map(SearchMode::wire).toList();
  private static final int MOST_HITS = 100;
  private static final int DEFAULT_HITS = 20;
  private static final int LONGEST_QUERY = 2_000;
  private static final int LONGEST_COMMENT = 4_000;

  private final ChatService chat;
  private final MessageSearch found;

  MessageRoutes(ChatService chat, MessageSearch found) {
    this.chat = chat;
    this.found = found;
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

  /** One's own alone, by words unless it says otherwise. */
  Answer search(Exchange exchange) {
    Fields fields = exchange.fields();
    MessageSearchRequest request =
        new MessageSearchRequest(
            fields.text("query", 1, LONGEST_QUERY),
            fields.choice("mode", MODES).flatMap(SearchMode::of).orElse(SearchMode.TEXT),
            fields.integer("limit", 1, MOST_HITS).orElse(DEFAULT_HITS),
            fields.decimal("threshold", 0, 1).orElse(MessageSearchRequest.THRESHOLD),
            fields.time("from"),
            fields.time("to"),
            fields.choice("sentiment", Sentiment.NAMES).map(Sentiment::of));
    fields.verify();
    return Answer.ok(Map.of("hits", found.search(exchange.scope(), request)));
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
