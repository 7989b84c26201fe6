package dev.mordomo.chat;

import dev.mordomo.kernel.Masking;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What to set in a conversation; what is absent stays. The inner Optional clears.
 *
 * @param endedAt when it ended; cleared, it is open again
 */
public record ConversationChange(
    Optional<String> title,
    Optional<String> channel,
    Optional<Optional<String>> model,
    Optional<Optional<List<UUID>>> collections,
    Optional<Optional<Double>> satisfactionScore,
    Optional<Optional<Instant>> endedAt,
    Optional<Map<String, Object>> metadata) {

  /** The same, hiding what is personal. */
  ConversationChange masked(Masking.Pass pass) {
    Optional<String> called = title.map(pass::masked);
    return new ConversationChange(
        called, channel, model, collections, satisfactionScore, endedAt, metadata.map(pass::noted));
  }
}
