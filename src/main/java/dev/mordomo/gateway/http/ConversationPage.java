package dev.mordomo.gateway.http;

import dev.mordomo.chat.Conversation;
import dev.mordomo.chat.ConversationPlace;
import dev.mordomo.kernel.Failure;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which part of the list of conversations is asked for.
 *
 * @param limit how many, as of a {@link Page}
 * @param after the place of the last one of the page before
 */
record ConversationPage(int limit, Optional<ConversationPlace> after) {
  private static final int BYTES = 24;
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  static ConversationPage of(Query query) {
    return new ConversationPage(
        query.integer("limit", Page.DEFAULT, 1, Page.MOST),
        query.text("cursor").map(ConversationPage::decode));
  }

  /** One more than asked, to see whether another page follows. */
  int oneMore() {
    return limit + 1;
  }

  /** The answer to a list that was asked for {@link #oneMore}. */
  Answer answer(List<Conversation> found) {
    if (found.size() <= limit) {
      return Answer.page(found, Optional.empty());
    }
    List<Conversation> shown = found.subList(0, limit);
    return Answer.page(shown, Optional.of(encode(ConversationPlace.of(shown.getLast()))));
  }

  private static String encode(ConversationPlace place) {
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, place.lastMessageAt()))
            .putLong(place.id().getMostSignificantBits())
            .putLong(place.id().getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static ConversationPlace decode(String cursor) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      if (bytes.length == BYTES) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Instant at = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
        if (!at.isBefore(Instant.EPOCH) && !at.isAfter(LATEST)) {
          return new ConversationPlace(at, new UUID(buffer.getLong(), buffer.getLong()));
        }
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw Failure.invalid("cursor", "expected the next_cursor of the page before");
  }
}
