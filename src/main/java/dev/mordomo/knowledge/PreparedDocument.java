package dev.mordomo.knowledge;

import dev.mordomo.knowledge.text.TextChunk;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A document that was read and cut up, before anything of it is kept.
 *
 * @param titleHidden whether something was hidden in its title, so that others may read the same
 * @param sealed whether its original is kept sealed
 */
record PreparedDocument(
    String title,
    boolean titleHidden,
    Optional<String> source,
    String sourceType,
    String language,
    String sha256,
    String fileName,
    Buffer bytes,
    Map<String, Object> metadata,
    List<TextChunk> chunks,
    boolean sealed) {

  /** What it is compared with others by. */
  Optional<String> comparedTitle() {
    return titleHidden ? Optional.empty() : Optional.of(title);
  }
}
