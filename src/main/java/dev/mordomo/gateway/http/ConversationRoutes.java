package dev.mordomo.gateway.http;

import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.ConversationChange;
import dev.mordomo.chat.ConversationMessages;
import dev.mordomo.chat.Message;
import dev.mordomo.gateway.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Conversations and the messages in them. */
final class ConversationRoutes {
  private static final int LONGEST_TITLE = 300;
  private static final int LONGEST_NAME = 120;
  private static final int MOST_COLLECTIONS = 200;
  private static final int METADATA = 16_384;
  private static final String WHAT = "the conversation";

  private final ChatService chat;

  ConversationRoutes(ChatService chat) {
    this.chat = chat;
  }

  Answer list(Exchange exchange) {
    ConversationPage page = ConversationPage.of(exchange.query());
    return page.answer(chat.list(exchange.scope(), page.after(), page.oneMore()));
  }

  Answer create(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<String> title = fields.optionalText("title", 0, LONGEST_TITLE);
    Optional<String> channel = fields.optionalText("channel", 1, LONGEST_NAME);
    Optional<String> model = fields.optionalText("model", 1, LONGEST_NAME);
    var collections = fields.ids("collections", MOST_COLLECTIONS);
    Optional<Map<String, Object>> metadata = fields.map("metadata", METADATA);
    fields.verify();
    return Answer.created(
        chat.create(
            exchange.scope(),
            title.orElse(""),
            channel.orElse("web"),
            model,
            collections,
            metadata.orElse(Map.of())));
  }

  Answer get(Exchange exchange) {
    return Answer.ok(chat.get(exchange.scope(), exchange.id("id", WHAT)));
  }

  Answer change(Exchange exchange) {
    Fields fields = exchange.fields();
    ConversationChange change =
        new ConversationChange(
            fields.optionalText("title", 0, LONGEST_TITLE),
            fields.optionalText("channel", 1, LONGEST_NAME),
            fields.clearableText("model", LONGEST_NAME),
            fields.clearableIds("collections", MOST_COLLECTIONS),
            fields.clearableDecimal("satisfaction_score", 0, 1),
            fields.clearableTime("ended_at"),
            fields.map("metadata", METADATA));
    fields.verify();
    return Answer.ok(chat.change(exchange.scope(), exchange.id("id", WHAT), change));
  }

  Answer delete(Exchange exchange) {
    chat.delete(exchange.scope(), exchange.id("id", WHAT));
    return Answer.done();
  }

  /** Oldest first, with the position and the running turn of the same moment. */
  Answer messages(Exchange exchange) {
    Page page = Page.of(exchange.query());
    ConversationMessages found =
        chat.messages(exchange.scope(), exchange.id("id", WHAT), page.after(), page.limit());
    List<Message> messages = found.messages();
    Map<String, Object> beside = new LinkedHashMap<>();
    beside.put("position", found.position());
    beside.put("running_turn", found.runningTurn());
    return Answer.page(
        messages,
        found.more() ? Optional.of(Page.encode(messages.getLast().id())) : Optional.empty(),
        beside);
  }
}
