package dev.mordomo.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.RedisLink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In a Redis that nodes share, under {@code mordomo:recent:1:TENANT:USER:CONVERSATION}: sealed, and
 * bound to its key, and for a limited time. The number is the format's.
 */
final class RedisCopies implements RecentCopies {
  private static final Logger LOG = LoggerFactory.getLogger(RedisCopies.class);
  private static final TypeReference<Recent> FORM = new TypeReference<>() {};
  private static final String PREFIX = "mordomo:recent:1:";
  private static final int SCANNED = 1000;

  private final RedisLink redis;
  private final Keyring keyring;
  private final Duration kept;
  private final Counter unreadable;

  RedisCopies(RedisLink redis, Keyring keyring, Duration kept, MeterRegistry meters) {
    this.redis = redis;
    this.keyring = keyring;
    this.kept = kept;
    unreadable =
        Counter.builder("mordomo.recent.unreadable")
            .description(
                "Values in Redis that this installation did not put there, or under an earlier"
                    + " key.")
            .register(meters);
  }

  private static String name(Key key) {
    return PREFIX + key.tenant() + ":" + key.user() + ":" + key.conversation();
  }

  @Override
  public Optional<Recent> find(Key key) {
    String name = name(key);
    // Opened here and not on the connection's event loop, which has all other turns' answers.
    return Database.await(redis.ask(Request.cmd(Command.GET).arg(name)))
        .flatMap(value -> open(name, value));
  }

  private Optional<Recent> open(String name, Response value) {
    byte[] sealed = value.toBuffer().getBytes();
    byte[] prefix = keyring.primaryPrefix();
    try {
      if (!Arrays.equals(prefix, Arrays.copyOf(sealed, prefix.length))) {
        // Of an earlier key, too: the keyring would look for one in the database, and nobody waits.
        throw Failure.of(FailureCode.INTERNAL, "it is sealed under another key, or not at all");
      }
      byte[] plain = keyring.open(name, sealed);
      return Optional.of(Json.read(new String(plain, StandardCharsets.UTF_8), FORM));
    } catch (Failure | IllegalArgumentException e) {
      unreadable.increment();
      LOG.debug("what Redis has under {} is not ours", name, e);
      return Optional.empty();
    }
  }

  @Override
  public void keep(Key key, Recent recent) {
    String name = name(key);
    byte[] plain = Json.write(recent).getBytes(StandardCharsets.UTF_8);
    redis.askPatiently(
        Request.cmd(Command.SET)
            .arg(name)
            .arg(keyring.seal(name, plain))
            .arg("PX")
            .arg(kept.toMillis()));
  }

  @Override
  public void forget(Key key) {
    redis.askPatiently(Request.cmd(Command.UNLINK).arg(name(key)));
  }

  /** Looks through all keys: seldom asked, and no list of them has to be kept for it. */
  @Override
  public void forget(UUID tenant, Optional<UUID> user) {
    forget(PREFIX + tenant + user.map(id -> ":" + id).orElse("") + ":*", "0");
  }

  private void forget(String pattern, String from) {
    Request scan =
        Request.cmd(Command.SCAN).arg(from).arg("MATCH").arg(pattern).arg("COUNT").arg(SCANNED);
    redis
        .askPatiently(scan)
        .onSuccess(answer -> {
          if (answer.isEmpty()) {
            LOG.warn(
                "Redis did not say what it has of whom is to be forgotten; it forgets within {} s",
                kept.toSeconds());
            return;
          }
          List<String> names =
              StreamSupport.stream(answer.get().get(1).spliterator(), false)
                  .map(Response::toString)
                  .toList();
          if (!names.isEmpty()) {
            Request unlink = Request.cmd(Command.UNLINK);
            names.forEach(unlink::arg);
            redis.askPatiently(unlink);
          }
          String next = answer.get().get(0).toString();
          if (!next.equals("0")) {
            forget(pattern, next);
          }
        });
  }

  @Override
  public void close() {
    redis.close();
  }
}
