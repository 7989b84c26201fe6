package dev.mordomo.model.langchain;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The connections to model servers: HTTP/1.1, kept open between requests, closed to stop an answer.
 * Answers are read on event loops, so that no thread waits for a model and no answer waits for a
 * caller's own work.
 */
public final class ModelHttp implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int LOOPS = 2;

  private final Vertx vertx;
  private final HttpClient client;
  private final List<Context> loops;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param connections the most to one server; further requests wait for a free one
   */
  public ModelHttp(Vertx vertx, int connections) {
    this.vertx = vertx;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setDecompressionSupported(false)
                .setTcpNoDelay(true),
            new PoolOptions().setHttp1MaxSize(connections));
    this.loops = Stream.generate(() -> loop(vertx)).limit(LOOPS).toList();
  }

  /** A thread that has no context is given one on an event loop. */
  private static Context loop(Vertx vertx) {
    return CompletableFuture.supplyAsync(
            vertx::getOrCreateContext, task -> Thread.ofPlatform().start(task))
        .join();
  }

  Vertx vertx() {
    return vertx;
  }

  HttpClient client() {
    return client;
  }

  /** Where one exchange lives, from its beginning to its end. */
  Context loop() {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  /** The body as text, or as much of it as the limit lets through, in bytes. */
  static Future<String> body(HttpClientResponse response, int limit) {
    Promise<String> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    response.handler(
        piece -> body.appendBuffer(piece, 0, Math.min(piece.length(), limit - body.length())));
    response.endHandler(ignored -> promise.tryComplete(body.toString()));
    response.exceptionHandler(promise::tryFail);
    return promise.future();
  }

  @Override
  public void close() {
    client.close();
  }
}
