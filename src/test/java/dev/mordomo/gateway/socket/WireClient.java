package dev.mordomo.gateway.socket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A socket without a client library: what is sent is what a test writes. */
public final class WireClient implements AutoCloseable, WebSocket.Listener {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final Duration OPENING = Duration.ofSeconds(5);

  final LinkedBlockingQueue<JsonNode> lines = new LinkedBlockingQueue<>();
  final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private final WebSocket socket;
  private volatile boolean pongs;

  public WireClient(int port, String... headers) {
    WebSocket.Builder builder = HTTP.newWebSocketBuilder().connectTimeout(OPENING);
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/ws"), this).join();
  }

  /** Connects with a token, and gives the connect result. */
  public static WireClient connected(int port, String token) {
    WireClient client = new WireClient(port);
    client.send("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
    JsonNode reply = client.next();
    if (!reply.has("connect")) {
      throw new AssertionError(reply);
    }
    return client;
  }

  public synchronized void send(String text) {
    socket.sendText(text, true).join();
  }

  /** From now on every ping is answered. */
  public WireClient pongs() {
    pongs = true;
    return this;
  }

  void sendBinary(byte[] bytes) {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
  }

  /** The next line that is no ping. */
  public JsonNode next() {
    try {
      while (true) {
        JsonNode line = lines.poll(10, TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError(
              "nothing came" + (closed.isDone() ? "; closed with " + closed.join() : ""));
        }
        if (!line.isEmpty()) {
          return line;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The next line, pings included; empty when none comes in time. */
  public Optional<JsonNode> poll(Duration within) {
    try {
      return Optional.ofNullable(lines.poll(within.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether the server has closed it, or the connection broke. */
  public boolean isOver() {
    return closed.isDone();
  }

  /** All lines that came and were not asked for with {@link #next}, without waiting. */
  public List<JsonNode> received() {
    List<JsonNode> all = new ArrayList<>();
    lines.drainTo(all);
    return all;
  }

  /** The code that the server closed with; waits for it. */
  public int closeCode() {
    return closed.orTimeout(15, TimeUnit.SECONDS).join();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      partial.toString().lines().map(Json::read).forEach(this::take);
      partial.setLength(0);
    }
    from.request(1);
    return CompletableFuture.completedFuture(null);
  }

  private void take(JsonNode line) {
    if (line.isEmpty() && pongs) {
      send("{}");
    }
    lines.add(line);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(code);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  /** Closes, and waits until the server has closed too. */
  void shut() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    closeCode();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
