package dev.mordomo.chat;

import dev.mordomo.kernel.Masking;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What to set in a conversation; what is absent stays. The inner Optional clears.
 *
 * @param ended true ends it now, false opens it again
 */
public record ConversationChange(
    Optional<String> title,
    Optional<String> channel,
    Optional<Optional<String>> model,
    Optional<Optional<List<UUID>>> collections,
    Optional<Optional<Double>> satisfactionScore,
    Optional<Boolean> ended,
    Optional<Map<String, Object>> metadata) {

  /** The same, hiding what is personal. */
  ConversationChange masked(Masking.Pass pass) {
    Optional<String> called = title.map(pass::masked);
    return new ConversationChange(
        called, channel, model, collections, satisfactionScore, ended, metadata.map(pass::noted));
  }
}
