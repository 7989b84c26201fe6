package dev.mordomo.gateway.socket;

import io.vertx.core.http.ServerWebSocket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits to be sent to one socket, counted: a client that is too slow for what it asked for is
 * closed, and recovers later. Thread-safe; what one thread sends arrives in its order.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private final ServerWebSocket socket;
  private final int most;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  Outbox(ServerWebSocket socket, int most) {
    this.socket = socket;
    this.most = most;
  }

  /** Sends one text message of one or more lines. */
  void send(String text) {
    if (closed.get()) {
      return;
    }
    int size = text.length();
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
