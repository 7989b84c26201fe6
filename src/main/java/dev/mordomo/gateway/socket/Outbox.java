package dev.mordomo.gateway.socket;

import io.netty.buffer.ByteBufUtil;
import io.vertx.core.http.ServerWebSocket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits to be sent to one socket, counted: a client that is too slow for what it asked for is
 * closed, and recovers later. Thread-safe; what one thread sends arrives in its order.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private final ServerWebSocket socket;
  private final UnaryOperator<String> shown;
  private final int most;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param shown what is sent of a text
   */
  Outbox(ServerWebSocket socket, UnaryOperator<String> shown, int most) {
    this.socket = socket;
    this.shown = shown;
    this.most = most;
  }

  /** Sends one text message of one or more lines. */
  void send(String frames) {
    if (closed.get()) {
      return;
    }
    String text = shown.apply(frames);
    int size = ByteBufUtil.utf8Bytes(text);
    if (waiting.addAndGet(size) > most && waiting.get() > size) {
      close(CloseCode.SLOW);
      return;
    }
    socket.writeTextMessage(text).onComplete(written -> waiting.addAndGet(-size));
  }

  /** Sends nothing more, and closes. The first reason counts. */
  void close(CloseCode code) {
    if (closed.compareAndSet(false, true)) {
      socket
          .close(code.code(), code.reason())
          .onFailure(e -> LOG.debug("a socket was gone before it was closed", e));
    }
  }

  /** The other side has gone. */
  void closed() {
    closed.set(true);
  }

  boolean isClosed() {
    return closed.get();
  }
}
