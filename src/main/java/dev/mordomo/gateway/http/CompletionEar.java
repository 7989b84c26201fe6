package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.http.CompletionChunks.Whole;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import io.vertx.core.Future;
import java.util.Arrays;

/** Hears a turn for a client of the OpenAI interface: text, and one end, good or bad. */
abstract class CompletionEar implements TurnFollowing.Ear {
  /** A piece of the answer. */
  abstract void text(String piece);

  /** The answer's good end. */
  abstract void done(Whole whole);

  /** Its bad end. */
  abstract void failed(Failure failure);

  private final FailureCode cancelled;
  private volatile boolean ended;

  /**
   * @param again whether this is another attempt: then the turn may be cancelled by the end of the
   *     first one on another node, and the next attempt answers anew
   */
  CompletionEar(boolean again) {
    this.cancelled = again ? FailureCode.INTERRUPTED : FailureCode.CONFLICT;
  }

  /** Whether the turn has ended, as far as this ear knows. */
  final boolean hasEnded() {
    return ended;
  }

  @Override
  public final void heard(Position at, StreamEvent event, JsonNode data, boolean last) {
    ended = last;
    switch (event.type()) {
      case "turn.delta" -> text(data.path("text").asText());
      case "turn.completed" -> done(Whole.of(data.path("message")));
      case "turn.cancelled" -> failed(Failure.of(cancelled, "the turn was cancelled"));
      case "turn.failed" ->
          failed(Failure.of(code(data.path("code").asText()), data.path("detail").asText()));
      default -> {
        // Not of this face: what was found, actions, sentences.
      }
    }
  }

  private static FailureCode code(String wire) {
    return Arrays.stream(FailureCode.values())
        .filter(code -> code.wire().equals(wire))
        .findFirst()
        .orElse(FailureCode.INTERNAL);
  }

  @Override
  public final void nothing() {
    lost();
  }

  @Override
  public final void lost() {
    ended = true;
    failed(
        Failure.of(
            FailureCode.INTERRUPTED, "the answer cannot be followed any more; ask once more"));
  }

  @Override
  public Future<Void> ready() {
    return Future.succeededFuture();
  }
}
