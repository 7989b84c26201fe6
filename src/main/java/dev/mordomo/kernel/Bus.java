package dev.mordomo.kernel;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Facts, announced. Delivery is best effort: whoever must not miss a fact reads its row.
 *
 * <p>A handler that throws is logged with its address, and the next fact still reaches it. A
 * handler must not await long: a consumer holds 1,000 facts and drops what comes after.
 */
public final class Bus {
  private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
  private final Vertx vertx;

  /** A bus that leaves this node never. */
  public Bus(Vertx vertx) {
    this(vertx, RecordCodec.ofOneNode());
  }

  /**
   * @param secret the same on all nodes: facts of others are refused
   */
  public Bus(Vertx vertx, Secret secret) {
    this(vertx, RecordCodec.under(secret));
  }

  private Bus(Vertx vertx, RecordCodec codec) {
    this.vertx = vertx;
    vertx.eventBus().registerCodec(codec);
    vertx.eventBus().codecSelector(body -> body instanceof Record ? RecordCodec.NAME : null);
  }

  /** To every subscriber, on every node. */
  public <T extends Record> void publish(Address<T> address, T fact) {
    vertx.eventBus().publish(address.name(), fact);
  }

  /** Hears every fact, in the order of its sender, on the caller's context. */
  public <T extends Record> MessageConsumer<T> subscribe(Address<T> address, Consumer<T> handler) {
    return vertx
        .eventBus()
        .consumer(
            address.name(),
            message -> {
              try {
                handler.accept(address.type().cast(message.body()));
              } catch (RuntimeException e) {
                LOG.error(
                    "a subscriber of {} failed; the fact is kept in its row", address.name(), e);
              }
            });
  }
}
