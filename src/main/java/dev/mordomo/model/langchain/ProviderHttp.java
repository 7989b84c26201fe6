package dev.mordomo.model.langchain;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.ProviderConfig;
import dev.mordomo.model.ProviderConfig.Dialect;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * LangChain4j's HTTP client for one provider. LangChain4j gives no hold on a request before its
 * first piece, so a streamed one is bound to the {@link LangChainCall} that makes it.
 */
final class ProviderHttp implements HttpClient {
  private static final int LARGEST_BODY = 64 << 20;

  private final ModelHttp http;
  private final ProviderConfig provider;
  private final UpstreamFailure failures;
  private final ToolsJson tools = new ToolsJson();
  private final Duration deadlineFirstToken;
  private final Duration deadlineIdle;

  ProviderHttp(
      ModelHttp http, ModelConfig config, ProviderConfig provider, UpstreamFailure failures) {
    this.http = http;
    this.provider = provider;
    this.failures = failures;
    this.deadlineFirstToken = config.deadlineFirstToken();
    this.deadlineIdle = config.deadlineIdle();
  }

  /** For LangChain4j's model builders; time limits are the exchange's own. */
  HttpClientBuilder builder() {
    return new HttpClientBuilder() {
      @Override
      public Duration connectTimeout() {
        return deadlineFirstToken;
      }

      @Override
      public HttpClientBuilder connectTimeout(Duration timeout) {
        return this;
      }

      @Override
      public Duration readTimeout() {
        return deadlineFirstToken;
      }

      @Override
      public HttpClientBuilder readTimeout(Duration timeout) {
        return this;
      }

      @Override
      public HttpClient build() {
        return ProviderHttp.this;
      }
    };
  }

  @Override
  public void execute(
      HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
    LangChainCall call = LangChainCall.CURRENT.get();
    String body =
        provider.dialect() == Dialect.OPENAI ? call.whole(request.body(), tools) : request.body();
    new StreamExchange(
            http, provider.dialect(), failures, call, listener, deadlineFirstToken, deadlineIdle)
        .begin(options(request), Buffer.buffer(body));
  }

  /** Waits for the whole answer, on a virtual thread; interrupted, it closes the request. */
  @Override
  public SuccessfulHttpResponse execute(HttpRequest request) {
    Promise<SuccessfulHttpResponse> promise = Promise.promise();
    RequestOptions options = options(request).setIdleTimeout(deadlineFirstToken.toMillis());
    Promise<Void> unwanted = Promise.promise();
    Context loop = http.loop();
    loop.runOnContext(ignored ->
        http.client()
            .request(options)
            .compose(opened -> {
              unwanted.future().onSuccess(stopped -> opened.reset());
              return opened.send(Buffer.buffer(request.body()));
            })
            .recover(cause -> Future.failedFuture(broken(cause)))
            .compose(this::whole)
            .onComplete(promise));
    try {
      return promise.future().toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Failure failure ? failure : broken(e);
    } catch (InterruptedException e) {
      loop.runOnContext(ignored -> unwanted.complete());
      Thread.currentThread().interrupt();
      throw failures.unwanted(e);
    }
  }

  private Failure broken(Throwable cause) {
    return timedOut(cause)
        ? failures.silent(deadlineFirstToken, false)
        : failures.unreachable(cause);
  }

  private static boolean timedOut(Throwable cause) {
    return cause instanceof TimeoutException;
  }

  private Future<SuccessfulHttpResponse> whole(HttpClientResponse response) {
    return ModelHttp.body(response, LARGEST_BODY)
        .recover(cause -> Future.failedFuture(broken(cause)))
        .map(body -> {
          if (response.statusCode() != 200) {
            throw failures.status(
                response.statusCode(),
                Optional.ofNullable(response.getHeader("Retry-After")),
                body);
          }
          return SuccessfulHttpResponse.builder()
              .statusCode(200)
              .headers(Map.of())
              .body(body)
              .build();
        });
  }

  private static RequestOptions options(HttpRequest request) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method().name()))
            .setAbsoluteURI(request.url());
    for (var header : request.headers().entrySet()) {
      List<String> values = header.getValue();
      values.forEach(value -> options.addHeader(header.getKey(), value));
    }
    return options;
  }
}
