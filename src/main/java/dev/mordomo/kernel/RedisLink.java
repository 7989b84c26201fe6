package dev.mordomo.kernel;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a Redis that nothing depends on: whoever asks has an answer, or none, within a
 * bound, and never a failure. While it is away nobody waits for it at all, and it is looked for
 * once a second. Thread-safe.
 *
 * <p>One that has not answered in time several times in a row is taken for gone: its connection is
 * closed, with all that was asked on it.
 */
public final class RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Set<String> SCHEMES = Set.of("redis", "rediss");

  /**
   * An error as Redis says it, {@code WRONGTYPE Operation …}: all else is told by the connection.
   */
  private static final Pattern REPLY = Pattern.compile("[A-Z]+ .+");

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int MOST_LATE = 3;

  private final Vertx vertx;
  private final Context context;
  private final RedisOptions options;
  private final String where;
  private final Duration wait;
  private final Counter late;
  private final Counter refused;
  private final Counter lost;

  /** Whether it is worth asking; all else below is the context's. */
  private volatile boolean isUp;

  private Optional<Attempt> attempt = Optional.empty();
  private int lateInARow;
  private boolean isAwaySaid;
  private boolean isClosed;

  /** A client of one connection: closed as a whole, as one that answers no more has to be. */
  private static final class Attempt {
    private final Redis client;
    private Optional<RedisConnection> connection = Optional.empty();
    private boolean isRefusalSaid;

    private Attempt(Redis client) {
      this.client = client;
    }
  }

  /**
   * To be made on a thread that is no virtual one: it runs on the event loop that it finds.
   *
   * @param address from {@link #address}
   * @param wait the longest that {@link #ask} takes
   */
  public RedisLink(Vertx vertx, URI address, Duration wait, MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.wait = wait;
    this.where = address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    options = new RedisOptions().setConnectionString(address.toString()).setMaxPoolSize(1);
    options
        .getNetClientOptions()
        .setConnectTimeout((int) PATIENCE.toMillis())
        .setHostnameVerificationAlgorithm("HTTPS");
    late = counter(meters, "late");
    refused = counter(meters, "refused");
    lost = counter(meters, "lost");
    Gauge.builder("mordomo.redis.up", () -> isUp ? 1 : 0)
        .description("1 while Redis answers this server.")
        .register(meters);
    context.runOnContext(ignored -> connect());
  }

  private static Counter counter(MeterRegistry meters, String reason) {
    return Counter.builder("mordomo.redis.failures")
        .description("What was asked of Redis, and had no answer in time, a refusal, or none.")
        .tag("reason", reason)
        .register(meters);
  }

  /** The address, when it is one: {@code redis://} or {@code rediss://}, with a host. */
  public static Optional<URI> address(String url) {
    try {
      URI uri = new URI(url);
      boolean isOne = uri.getHost() != null && SCHEMES.contains(String.valueOf(uri.getScheme()));
      return isOne ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The answer; empty when there is none, for whatever reason. */
  public Future<Optional<Response>> ask(Request request) {
    return send(request, wait);
  }

  /** The same, for work that nobody waits for: with a second for the answer. */
  public Future<Optional<Response>> askPatiently(Request request) {
    return send(request, PATIENCE);
  }

  private Future<Optional<Response>> send(Request request, Duration within) {
    if (!isUp) {
      return Future.succeededFuture(Optional.empty());
    }
    Promise<Optional<Response>> answer = Promise.promise();
    context.runOnContext(ignored -> send(request, within, answer));
    return answer.future();
  }

  private void send(Request request, Duration within, Promise<Optional<Response>> answer) {
    Optional<Attempt> now = attempt;
    Optional<RedisConnection> connection = now.flatMap(a -> a.connection);
    if (connection.isEmpty()) {
      answer.complete(Optional.empty());
      return;
    }
    long timer =
        vertx.setTimer(
            within.toMillis(),
            ignored -> {
              if (answer.tryComplete(Optional.empty())) {
                late.increment();
                lateInARow++;
                if (lateInARow >= MOST_LATE) {
                  lose(now.get(), "it does not answer in time");
                }
              }
            });
    connection
        .get()
        .send(request)
        .onComplete(result -> {
          vertx.cancelTimer(timer);
          if (!answer.tryComplete(Optional.ofNullable(result.result()))) {
            return;
          }
          lateInARow = 0;
          if (result.failed()
              && REPLY.matcher(String.valueOf(result.cause().getMessage())).matches()) {
            refused.increment();
            sayRefusal(now.get(), result.cause());
          }
        });
  }

  /** Once a connection: what it refuses, it refuses often. */
  private void sayRefusal(Attempt refusing, Throwable why) {
    if (!refusing.isRefusalSaid) {
      refusing.isRefusalSaid = true;
      LOG.warn("Redis at {} refuses what it is asked: {}", where, why.getMessage());
    }
  }

  private void connect() {
    if (isClosed) {
      return;
    }
    Attempt next = new Attempt(Redis.createClient(vertx, options));
    attempt = Optional.of(next);
    // Also when it takes the connection, and then says nothing.
    long timer =
        vertx.setTimer(
            PATIENCE.toMillis(), ignored -> lose(next, "it takes connections, and says nothing"));
    next.client
        .connect()
        .onComplete(made -> {
          vertx.cancelTimer(timer);
          if (made.failed()) {
            lose(next, made.cause().getMessage());
          } else if (attempt.filter(a -> a == next).isPresent()) {
            use(next, made.result());
          }
        });
  }

  private void use(Attempt made, RedisConnection connection) {
    connection.exceptionHandler(e -> lose(made, e.getMessage()));
    connection.endHandler(ignored -> lose(made, "the connection ended"));
    made.connection = Optional.of(connection);
    lateInARow = 0;
    isUp = true;
    LOG.info("Redis at {} answers", where);
    isAwaySaid = false;
  }

  private void lose(Attempt gone, @Nullable String why) {
    if (attempt.filter(a -> a == gone).isEmpty()) {
      return;
    }
    attempt = Optional.empty();
    if (isUp) {
      lost.increment();
    }
    isUp = false;
    gone.client.close();
    if (isClosed) {
      return;
    }
    if (!isAwaySaid) {
      isAwaySaid = true;
      LOG.warn("Redis at {} is away, and not needed; it is looked for: {}", where, why);
    }
    vertx.setTimer(LOOK.toMillis(), ignored -> connect());
  }

  public void close() {
    context.runOnContext(ignored -> {
      isClosed = true;
      attempt.ifPresent(open -> lose(open, "closed"));
    });
  }
}
