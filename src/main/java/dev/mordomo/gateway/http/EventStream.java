package dev.mordomo.gateway.http;

import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events to one client. What waits to be sent is counted: a client that is too slow is
 * cut off, and resumes later. Thread-safe; what one thread sends arrives in its order.
 */
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** More is told of what was missed while less than this part of the limit waits. */
  private static final int ROOM = 4;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context loop;
  private final UnaryOperator<String> shown;
  private final int most;
  private final Map<String, String> headers;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Promise<Void> over = Promise.promise();
  private Optional<Promise<Void>> roomWanted = Optional.empty();

  /**
   * @param shown what is sent of a text
   * @param most how many bytes may wait
   * @param headers beside those that every stream has
   */
  EventStream(
      HttpServerRequest request,
      Context loop,
      UnaryOperator<String> shown,
      int most,
      Map<String, String> headers) {
    this.shown = shown;
    this.request = request;
    this.response = request.response();
    this.loop = loop;
    this.most = most;
    this.headers = Map.copyOf(headers);
    loop.runOnContext(ignored -> watch());
  }

  private void watch() {
    response.closeHandler(closing -> gone());
    response.exceptionHandler(e -> {
      LOG.debug("a stream's client has gone", e);
      gone();
    });
    if (response.closed()) {
      gone();
    }
  }

  private void gone() {
    closed.set(true);
    over.tryComplete();
  }

  /** Completed when it has ended, or its client has gone. */
  Future<Void> over() {
    return over.future();
  }

  /** Whether anything was sent. */
  boolean hasBegun() {
    return begun.get();
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Sends whole events, each with its empty line. */
  void send(String events) {
    if (closed.get()) {
      return;
    }
    String text = shown.apply(events);
    begun.set(true);
    int size = ByteBufUtil.utf8Bytes(text);
    if (waiting.addAndGet(size) > most && waiting.get() > size) {
      cut();
      return;
    }
    loop.runOnContext(ignored -> {
      open();
      response.write(text).onComplete(result -> written(size));
    });
  }

  private void open() {
    if (!response.headWritten() && !response.closed()) {
      response.setChunked(true);
      response.putHeader("Content-Type", "text/event-stream");
      response.putHeader("Cache-Control", "no-store");
      response.putHeader("X-Accel-Buffering", "no");
      headers.forEach(response::putHeader);
    }
  }

  private void written(int size) {
    Optional<Promise<Void>> waiter = Optional.empty();
    synchronized (this) {
      if (waiting.addAndGet(-size) < most / ROOM) {
        waiter = roomWanted;
        roomWanted = Optional.empty();
      }
    }
    waiter.ifPresent(Promise::tryComplete);
  }

  /** Completed when little waits, or when the stream is over. */
  Future<Void> ready() {
    Promise<Void> room;
    synchronized (this) {
      if (closed.get() || waiting.get() < most / ROOM) {
        return Future.succeededFuture();
      }
      room = roomWanted.orElseGet(Promise::promise);
      roomWanted = Optional.of(room);
    }
    return Future.any(room.future(), over.future()).mapEmpty();
  }

  /** Ends it in good order. */
  void end() {
    if (closed.compareAndSet(false, true)) {
      loop.runOnContext(ignored -> {
        open();
        response.end().onComplete(ended -> over.tryComplete());
      });
    }
  }

  /** There is nothing to be sent, now or later: a client that reconnects by itself stops. */
  void endEmpty() {
    if (closed.compareAndSet(false, true)) {
      loop.runOnContext(
          ignored -> response.setStatusCode(204).end().onComplete(ended -> over.tryComplete()));
    }
  }

  /** Another answer is given in its place. */
  void abandon() {
    if (closed.compareAndSet(false, true)) {
      loop.runOnContext(ignored -> over.tryComplete());
    }
  }

  /** Closes the connection where the stream stands: a client knows that it is to resume. */
  void cut() {
    closed.set(true);
    loop.runOnContext(ignored -> {
      request.connection().close();
      over.tryComplete();
    });
  }
}
