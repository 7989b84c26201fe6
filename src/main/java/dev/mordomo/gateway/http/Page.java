package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Which part of a list is asked for.
 *
 * @param limit how many, 1 to 200
 * @param after the last id of the page before
 */
record Page(int limit, Optional<UUID> after) {
  static final int DEFAULT = 50;
  static final int MOST = 200;
  private static final int ID_BYTES = 16;

  static Page of(Query query) {
    return new Page(
        query.integer("limit", DEFAULT, 1, MOST), query.text("cursor").map(Page::decode));
  }

  /** One more than asked, to see whether another page follows. */
  int oneMore() {
    return limit + 1;
  }

  /** The answer to a list that was asked for {@link #oneMore}. */
  <T> Answer answer(List<T> found, Function<T, UUID> id) {
    if (found.size() <= limit) {
      return Answer.page(found, Optional.empty());
    }
    List<T> shown = found.subList(0, limit);
    return Answer.page(shown, Optional.of(encode(id.apply(shown.getLast()))));
  }

  static String encode(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(ID_BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static UUID decode(String cursor) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      if (bytes.length == ID_BYTES) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw Failure.invalid("cursor", "expected the next_cursor of the page before");
  }
}
