package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Masking;
import dev.mordomo.knowledge.TextVectors;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AbstractVerticle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has messages embedded beside the turns: within its share of the time, and of that the less the
 * more turns run here. Under load it lags behind. One on each node, on a virtual thread.
 */
public final class MessageEmbeddingVerticle extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(MessageEmbeddingVerticle.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(15);
  private static final Duration LONGEST_REST = Duration.ofMinutes(1);

  private final MessageEmbedding embedding;
  private final ChatService chat;
  private final double share;
  private final Counter embedded;
  private boolean stopped;

  public MessageEmbeddingVerticle(
      Database database,
      TextVectors vectors,
      Masking masking,
      ChatService chat,
      MeterRegistry metrics) {
    this.embedding = new MessageEmbedding(new MessageEmbeddingStore(database), vectors, masking);
    this.chat = chat;
    this.share = chat.config().messageVectorsShare();
    this.embedded =
        Counter.builder("mordomo.messages.embedded")
            .description("Messages that this server gave a vector, to be found by meaning.")
            .register(metrics);
  }

  @Override
  public void start() {
    vertx.setTimer(LOOK.toMillis(), ignored -> work());
  }

  private void work() {
    if (stopped) {
      return;
    }
    Duration rest = RETRY;
    long begun = System.nanoTime();
    try {
      MessageEmbedding.Round round = embedding.runOnce();
      embedded.increment((double) round.stored());
      Duration worked = Duration.ofNanos(System.nanoTime() - begun);
      rest = round.taken() == 0 ? LOOK : rest(worked, share, chat.runningTurns());
    } catch (Failure e) {
      LOG.warn("messages are embedded later, again in {} s: {}", RETRY.toSeconds(), e.detail());
    } catch (RuntimeException e) {
      LOG.error("messages could not be embedded; again in {} s", RETRY.toSeconds(), e);
    }
    if (!stopped) {
      vertx.setTimer(Math.max(1, rest.toMillis()), ignored -> work());
    }
  }

  /** So long that the work is the share of both, divided by the turns and one. */
  static Duration rest(Duration worked, double share, int turns) {
    double times = (turns + 1) / share - 1;
    Duration rest = Duration.ofNanos((long) (worked.toNanos() * times));
    return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
