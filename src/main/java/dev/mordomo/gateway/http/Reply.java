package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer that comes later, from any thread.
 *
 * @param shown what is sent of a text
 * @param headers beside the answer's own
 */
record Reply(
    HttpServerRequest request,
    Context loop,
    UnaryOperator<String> shown,
    Map<String, String> headers) {
  private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

  void send(Answer.Text answer) {
    loop.runOnContext(ignored -> {
      HttpServerResponse response = request.response();
      if (response.ended() || response.closed()) {
        return;
      }
      headers.forEach(response::putHeader);
      Headers.put(response, answer.headers(), "application/json");
      response
          .setStatusCode(answer.status())
          .end(shown.apply(answer.body()))
          .onFailure(e -> LOG.debug("the client left before its answer", e));
    });
  }

  /** In OpenAI's envelope. */
  void fail(Failure failure, String requestId) {
    send(OpenAiError.of(failure, requestId));
  }
}
