package dev.mordomo.kernel;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls servers whose URLs somebody else chose: each is looked at by {@link OutboundGuard}, the
 * address that was found is the one that is called, redirects are not followed, and time and length
 * are bounded. To be called from virtual threads.
 */
public final class Outbound {
  private static final Logger LOG = LoggerFactory.getLogger(Outbound.class);
  private static final int CONNECTIONS = 32;

  private final Vertx vertx;
  private final OutboundGuard guard;
  private final OutboundConfig config;
  private final HttpClient client;

  /** What a server answered. */
  public record Reply(int status, String body) {}

  public Outbound(Vertx vertx, OutboundConfig config) {
    this(vertx, config, new OutboundGuard(config.allow()));
  }

  Outbound(Vertx vertx, OutboundConfig config, OutboundGuard guard) {
    this.vertx = vertx;
    this.config = config;
    this.guard = guard;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) config.timeout().toMillis())
                .setVerifyHost(true)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }

  /**
   * Whether a URL may be called at all, for when it is stored.
   *
   * @param field what it is called, for the failure
   * @throws Failure {@code invalid}
   */
  public void check(String field, String url) {
    Database.await(vertx.executeBlocking(() -> guard.check(field, url), false));
  }

  /**
   * Whether somebody may be sent to a URL that is not called from here: over https, or to a host
   * that the operator lets through. Does not wait.
   *
   * @throws Failure {@code invalid}
   */
  public void checkForOthers(String field, String url) {
    guard.checkForOthers(field, url);
  }

  /**
   * @throws Failure {@code invalid} when it may not be called, {@code unavailable} when no whole
   *     answer came
   */
  public Reply get(String field, String url, Map<String, String> headers) {
    return call(HttpMethod.GET, field, url, headers, Buffer.buffer());
  }

  /**
   * @throws Failure as {@link #get}
   */
  public Reply post(String field, String url, Map<String, String> headers, String body) {
    return call(HttpMethod.POST, field, url, headers, Buffer.buffer(body));
  }

  private Reply call(
      HttpMethod method, String field, String url, Map<String, String> headers, Buffer body) {
    OutboundGuard.Target target =
        Database.await(vertx.executeBlocking(() -> guard.check(field, url), false));
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setServer(
                SocketAddress.inetSocketAddress(target.port(), target.address().getHostAddress()))
            .setHost(target.host())
            .setPort(target.port())
            .setSsl(target.tls())
            .setURI(target.resource())
            .setFollowRedirects(false)
            .setTimeout(config.timeout().toMillis());
    headers.forEach(options::putHeader);
    Future<HttpClientRequest> begun = client.request(options);
    // Let go also when the time is over: a byte now and then would hold the connection for ever.
    Future<Reply> reply =
        begun
            .compose(request -> request.send(body).compose(this::whole))
            .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
            .onFailure(e -> begun.onSuccess(HttpClientRequest::reset));
    try {
      return Database.await(reply);
    } catch (Failure e) {
      if (e.code() == FailureCode.INTERNAL || e.code() == FailureCode.UNAVAILABLE) {
        LOG.info("{} at {} gave no answer: {}", field, target.host(), e.detail());
        throw Failure.of(
            FailureCode.UNAVAILABLE, field + ": the server gave no answer; try again", e);
      }
      throw e;
    }
  }

  private Future<Reply> whole(HttpClientResponse response) {
    Promise<Reply> whole = Promise.promise();
    Buffer collected = Buffer.buffer();
    response.exceptionHandler(whole::tryFail);
    response.handler(part -> {
      if (collected.length() + part.length() > config.bytes()) {
        whole.tryFail(Failure.of(FailureCode.UNAVAILABLE, "its answer is too long"));
      } else {
        collected.appendBuffer(part);
      }
    });
    response.endHandler(end ->
        whole.tryComplete(
            new Reply(response.statusCode(), collected.toString(StandardCharsets.UTF_8))));
    return whole.future();
  }

  public void close() {
    Database.await(client.close());
  }
}
