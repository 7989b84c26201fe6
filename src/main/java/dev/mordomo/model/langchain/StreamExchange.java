package dev.mordomo.model.langchain;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParsingHandle;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ProviderConfig.Dialect;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One streamed answer on the wire. Everything happens on one event loop; only {@link #abort} may be
 * called from elsewhere.
 *
 * <p>Reads server-sent events (WHATWG HTML, 9.2.6; a lone CR does not end a line) or, from Ollama,
 * a JSON object a line.
 */
final class StreamExchange {
  private static final int LONGEST_LINE = 1 << 20;
  private static final int LARGEST_ERROR = 16 << 10;
  private static final long LARGEST_ANSWER = 64L << 20;

  private final ModelHttp http;
  private final Dialect dialect;
  private final UpstreamFailure failures;
  private final LangChainCall call;
  private final ServerSentEventListener listener;
  private final ServerSentEventContext handle;
  private final Duration deadlineFirstToken;
  private final Duration deadlineIdle;
  private final Context loop;
  private final LineReader reader = new LineReader(LONGEST_LINE, this::line);

  private volatile boolean aborted;
  private Optional<HttpClientRequest> request = Optional.empty();
  private OptionalLong timer = OptionalLong.empty();
  private String event = "";
  private String data = "";
  private boolean hasData;
  private boolean heard;
  private boolean whole;
  private long received;

  StreamExchange(
      ModelHttp http,
      Dialect dialect,
      UpstreamFailure failures,
      LangChainCall call,
      ServerSentEventListener listener,
      Duration deadlineFirstToken,
      Duration deadlineIdle) {
    this.http = http;
    this.dialect = dialect;
    this.failures = failures;
    this.call = call;
    this.listener = listener;
    this.deadlineFirstToken = deadlineFirstToken;
    this.deadlineIdle = deadlineIdle;
    this.loop = http.loop();
    this.handle =
        new ServerSentEventContext(
            new ServerSentEventParsingHandle() {
              @Override
              public void cancel() {
                abort();
              }

              @Override
              public boolean isCancelled() {
                return aborted;
              }
            });
  }

  void begin(RequestOptions options, Buffer body) {
    call.opened(this);
    loop.runOnContext(ignored -> {
      if (aborted) {
        return;
      }
      arm();
      http.client()
          .request(options)
          .onSuccess(opened -> send(opened, body))
          .onFailure(cause -> fail(failures.unreachable(cause)));
    });
  }

  /** Closes the request, in whatever phase it is. Idempotent; from any thread. */
  void abort() {
    aborted = true;
    loop.runOnContext(ignored -> release());
  }

  /** Whether the server said that the answer is over. */
  boolean isWhole() {
    return whole;
  }

  private void release() {
    timer.ifPresent(http.vertx()::cancelTimer);
    timer = OptionalLong.empty();
    request.ifPresent(HttpClientRequest::reset);
  }

  private void send(HttpClientRequest opened, Buffer body) {
    request = Optional.of(opened);
    if (aborted) {
      release();
      return;
    }
    opened.send(body).onSuccess(this::answered).onFailure(cause -> fail(failures.closed(cause)));
  }

  private void answered(HttpClientResponse response) {
    int status = response.statusCode();
    if (status != 200) {
      Optional<String> retryAfter = Optional.ofNullable(response.getHeader("Retry-After"));
      ModelHttp.body(response, LARGEST_ERROR)
          .otherwise("")
          .onSuccess(text ->
              fail(
                  status == 404
                      ? failures.unknownModel(call.model())
                      : failures.status(status, retryAfter, text)));
      return;
    }
    response.handler(this::piece);
    response.endHandler(ignored -> ended());
    response.exceptionHandler(
        cause -> fail(call.hasSpoken() ? failures.cut() : failures.closed(cause)));
  }

  private void piece(Buffer piece) {
    received += piece.length();
    heard = false;
    try {
      reader.feed(piece);
    } catch (LineReader.TooLong e) {
      fail(failures.unreadable("a line of more than " + LONGEST_LINE + " bytes"));
    } catch (RuntimeException e) {
      fail(failures.unreadable("what is not an answer", e));
    }
    if (received > LARGEST_ANSWER) {
      fail(failures.unreadable("more than " + LARGEST_ANSWER + " bytes"));
    }
    if (heard && !aborted) {
      arm();
    }
  }

  private void ended() {
    request = Optional.empty();
    try {
      reader.end();
      line("");
      if (!whole && !aborted) {
        listener.onClose();
      }
    } catch (RuntimeException e) {
      fail(failures.unreadable("what is not an answer", e));
    }
    fail(failures.cut());
  }

  private void line(String line) {
    if (aborted) {
      return;
    }
    if (dialect == Dialect.OLLAMA) {
      if (!line.isBlank()) {
        dispatch(line);
      }
    } else if (line.isEmpty()) {
      if (hasData) {
        dispatch(data);
      }
      event = "";
      data = "";
      hasData = false;
    } else if (line.startsWith("data:")) {
      String value = value(line, "data:");
      data = hasData ? data + "\n" + value : value;
      hasData = true;
    } else if (line.startsWith("event:")) {
      event = value(line, "event:");
    }
  }

  private static String value(String line, String field) {
    int from = field.length();
    return line.substring(line.startsWith(" ", from) ? from + 1 : from);
  }

  private void dispatch(String data) {
    if (data.startsWith("{\"error\"")) {
      fail(failures.said(data));
    } else if (data.equals("[DONE]")) {
      whole = true;
      listener.onClose();
    } else {
      heard = true;
      whole |= dialect == Dialect.OLLAMA && data.contains("\"done\":true");
      listener.onEvent(new ServerSentEvent(event, data), handle);
    }
  }

  /** Silence is counted from here. */
  private void arm() {
    timer.ifPresent(http.vertx()::cancelTimer);
    Duration deadline = call.hasSpoken() ? deadlineIdle : deadlineFirstToken;
    timer =
        OptionalLong.of(
            http.vertx()
                .setTimer(
                    Math.max(1, deadline.toMillis()),
                    ignored -> fail(failures.silent(deadline, call.hasSpoken()))));
  }

  /** Ends the exchange, and the call where it has not ended. */
  private void fail(Failure failure) {
    if (!aborted) {
      aborted = true;
      release();
      call.fail(failure);
    }
  }
}
