package dev.mordomo.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model server on loopback that speaks as OpenAI or Ollama does, whichever path is asked, and
 * behaves as well or as badly as the test says. Each request takes the next behaviour of {@link
 * #then}, or the one of {@link #always}.
 *
 * <p>What asks for a question to be rewritten is answered apart, by {@link #rewriting}, and counted
 * nowhere: unless a test says otherwise the question is repeated as it is.
 */
public final class FakeModelServer implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;
  private static final String REWRITE = "Rewrite the last message of a conversation";
  private static final String LAST = "\nLast message:\n";

  private final HttpServer server;
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Asked> rewritings = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Behaviour> script = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile Behaviour otherwise = Behaviour.saying("ok");
  private volatile Behaviour rewriting = FakeModelServer::repeat;
  private volatile boolean recording = true;

  private FakeModelServer(Vertx vertx) {
    server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0));
  }

  public static FakeModelServer start(Vertx vertx) {
    FakeModelServer fake = new FakeModelServer(vertx);
    fake.server.requestHandler(fake::handle).listen().await();
    return fake;
  }

  /** An address at which nobody listens. */
  public static String refusing(Vertx vertx) {
    try (FakeModelServer gone = start(vertx)) {
      return gone.openAiUrl();
    }
  }

  public String openAiUrl() {
    return ollamaUrl() + "/v1";
  }

  public String ollamaUrl() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** What every request is answered with that finds no other behaviour. */
  public FakeModelServer always(Behaviour behaviour) {
    otherwise = behaviour;
    return this;
  }

  /** What the next requests are answered with, one each. */
  public FakeModelServer then(Behaviour... behaviours) {
    script.addAll(java.util.List.of(behaviours));
    return this;
  }

  /** How questions are rewritten from now on. */
  public FakeModelServer rewriting(Behaviour behaviour) {
    rewriting = behaviour;
    return this;
  }

  /** Questions stay as they are. */
  public FakeModelServer repeating() {
    return rewriting(FakeModelServer::repeat);
  }

  private static void repeat(Asked asked) {
    String text = asked.json().get("messages").get(1).get("content").asText();
    Behaviour.saying(text.substring(text.indexOf(LAST) + LAST.length())).answer(asked);
  }

  /** Requests are answered but not kept: for load. */
  public FakeModelServer withoutRecording() {
    recording = false;
    return this;
  }

  /** The next request, once its body has come. */
  public Asked next() throws InterruptedException {
    return next(asked);
  }

  /** The next request for a question to be rewritten, likewise. */
  public Asked nextRewriting() throws InterruptedException {
    return next(rewritings);
  }

  /** How many of those nobody has asked for. */
  public int rewritings() {
    return rewritings.size();
  }

  private static Asked next(BlockingQueue<Asked> queue) throws InterruptedException {
    Asked next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the model server was not asked");
    }
    return next;
  }

  /** Forgets the requests that no test has asked for. */
  public void forget() {
    asked.clear();
    rewritings.clear();
  }

  /** How many requests have come. */
  public int requests() {
    return count.get();
  }

  private void handle(HttpServerRequest request) {
    Promise<Long> closed = Promise.promise();
    request.connection().closeHandler(ignored -> closed.tryComplete(System.nanoTime()));
    request.response().exceptionHandler(ignored -> closed.tryComplete(System.nanoTime()));
    request
        .body()
        .onSuccess(body -> {
          Asked next = new Asked(request, body, closed);
          boolean rewrites = body.toString().contains(REWRITE);
          if (recording) {
            (rewrites ? rewritings : asked).add(next);
          }
          (rewrites ? rewriting : behaviour()).answer(next);
        });
  }

  private Behaviour behaviour() {
    count.incrementAndGet();
    Behaviour polled = script.poll();
    return polled == null ? otherwise : polled;
  }

  @Override
  public void close() {
    server.close().await();
  }

  /** A request, and its answer as it is being written. */
  public static final class Asked {
    private final HttpServerRequest request;
    private final Buffer body;
    private final Promise<Long> closed;
    private final Promise<Void> ended = Promise.promise();

    private Asked(HttpServerRequest request, Buffer body, Promise<Long> closed) {
      this.request = request;
      this.body = body;
      this.closed = closed;
      request.response().endHandler(ignored -> ended.tryComplete());
    }

    public String path() {
      return request.path();
    }

    public String header(String name) {
      return String.valueOf(request.getHeader(name));
    }

    public JsonNode json() {
      return Json.read(body.toString());
    }

    /** Whether the client has closed the connection. */
    public boolean isClosed() {
      return closed.future().isComplete();
    }

    boolean isOllama() {
      return path().startsWith("/api/");
    }

    /** Waits until the client has closed the connection; gives when, by the system's nanoTime. */
    public long awaitClosed() throws Exception {
      return closed
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The client's end of the connection. */
    public String remoteAddress() {
      return String.valueOf(request.remoteAddress());
    }

    /** Waits until the answer is written whole. */
    public void awaitEnded() throws Exception {
      ended
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Sends headers, and these bytes as they stand. */
    public Asked write(String raw) {
      response().write(raw);
      return this;
    }

    /** Sends pieces of the answer. */
    public Asked say(String... pieces) {
      for (String piece : pieces) {
        write(isOllama() ? Wire.ollamaPiece(piece) : Wire.openAiPiece(piece));
      }
      return this;
    }

    /** Sends headers alone. */
    public Asked begin() {
      response().writeHead();
      return this;
    }

    /** Sends this status and a piece of a body that never ends. */
    public void failWithoutEnd(int status) {
      response().setStatusCode(status).write("x");
    }

    /** Ends the answer as it should be. */
    public void finish() {
      response().end(isOllama() ? Wire.ollamaEnd() : Wire.openAiEnd("stop"));
    }

    /** Ends the body where it stands, in good order. */
    public void end() {
      response().end();
    }

    /** Closes the connection under the answer. */
    public void cut() {
      request.connection().close();
    }

    HttpServerResponse response() {
      HttpServerResponse response = request.response();
      if (!response.headWritten()) {
        response.setChunked(true);
        response.putHeader(
            "Content-Type", isOllama() ? "application/x-ndjson" : "text/event-stream");
      }
      return response;
    }
  }

  /** What is done with a request. */
  @FunctionalInterface
  public interface Behaviour {
    void answer(Asked asked);

    /** A good answer, all at once. */
    static Behaviour saying(String... pieces) {
      Buffer openAi = Buffer.buffer(Wire.openAi(pieces));
      Buffer ollama = Buffer.buffer(Wire.ollama(pieces));
      return asked -> asked.response().end(asked.isOllama() ? ollama.copy() : openAi.copy());
    }

    /** A good answer that says nothing of its tokens. */
    static Behaviour sayingWithoutUsage(String... pieces) {
      return asked -> asked.say(pieces).response().end(Wire.openAiFinish("stop") + Wire.DONE);
    }

    /** A call of one tool, its arguments in two pieces. */
    static Behaviour calling(String id, String tool, String arguments) {
      return asked ->
          asked
              .response()
              .end(
                  asked.isOllama()
                      ? Wire.ollamaCall(tool, arguments)
                      : Wire.openAiCall(id, tool, arguments));
    }

    /** The beginning of a call, for {@link Asked#write}. */
    static String beginningOfACall(String tool) {
      return Wire.openAiCallBegins("call_1", tool);
    }

    /** Another status than 200, with headers in pairs. */
    static Behaviour status(int status, String body, Map<String, String> headers) {
      return asked -> {
        headers.forEach(asked.request.response()::putHeader);
        asked.request.response().setStatusCode(status).end(body);
      };
    }

    /** Not a byte. */
    static Behaviour silence() {
      return asked -> {};
    }

    /** These pieces, and then nothing. */
    static Behaviour silenceAfter(String... pieces) {
      return asked -> asked.say(pieces);
    }

    /** These pieces, then the connection closes. */
    static Behaviour cutAfter(String... pieces) {
      return asked -> {
        asked.say(pieces);
        asked.response().write("").onComplete(ignored -> asked.cut());
      };
    }

    /** These pieces, then a body that ends in good order but without a finish. */
    static Behaviour endAfter(String... pieces) {
      return asked -> asked.say(pieces).end();
    }

    /** Closes the connection without a word. */
    static Behaviour hangUp() {
      return Asked::cut;
    }

    /** These pieces, then bytes that are no answer. */
    static Behaviour garbageAfter(String... pieces) {
      return asked ->
          asked.say(pieces).write(asked.isOllama() ? "{not json\n" : "data: {not json\n\n");
    }

    /** One line that never ends within reason. */
    static Behaviour hugeLine(int bytes) {
      return asked -> asked.write("data: " + "x".repeat(bytes));
    }

    /** One vector a text: its length, 1, 0, … */
    static Behaviour embedding(int dimensions) {
      return asked -> asked.request.response().end(Wire.embeddings(asked, dimensions));
    }
  }
}
