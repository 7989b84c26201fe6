package dev.mordomo.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.function.Executable;

/** Identity on a database of its own, with a clock that is moved by hand. */
final class IdentityFixture implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";
  static final String ADDRESS = "192.0.2.1";

  final TestDatabase db = TestDatabase.create();
  final Bus bus = new Bus(db.vertx());
  // Begins now, since ids take their time from the real clock.
  final MovableClock clock = new MovableClock(Instant.now());
  final IdentityConfig config = config(Map.of());
  final IdentityService identity = node();

  /** Cheap hashes: what they cost is not what these tests are about. */
  static IdentityConfig config(Map<String, String> values) {
    var all = new java.util.HashMap<>(Map.of("identity.argon2_memory_kib", "7168"));
    all.putAll(values);
    return IdentityConfig.from(Settings.of(all, Map.of()));
  }

  /** One more server on the same database. */
  IdentityService node() {
    return new IdentityService(
        db.vertx(), db.database(), bus, db.keyring(), db.outbound(), config, clock);
  }

  /** As if so much time had passed since anybody failed to sign in. */
  void passGuesses(Duration time) {
    db.database()
        .callSystem(
            "UPDATE sign_in_failure SET at = at - make_interval(secs => $1)",
            Tuple.of((double) time.toSeconds()));
  }

  /** As if it had failed so many times more: waits are then longer than a test takes. */
  void guessed(String key, int more) {
    db.database()
        .callSystem(
            "UPDATE sign_in_failure SET failures = failures + $2"
                + " WHERE key = sha256(convert_to($1, 'UTF8'))",
            Tuple.of(key, more));
  }

  Scope superuser() {
    return db.tenantWithUser("superuser");
  }

  /** A user with a password, in the admin's tenant. */
  User user(Scope admin, String email, Role role) {
    return identity
        .users()
        .create(
            admin,
            new User.Draft(Optional.empty(), email, Optional.of(PASSWORD), "Somebody", role));
  }

  Tokens signIn(String email) {
    return identity.sessions().signIn(email, PASSWORD, ADDRESS);
  }

  Principal authenticate(String token) {
    return Database.await(identity.authenticate(token));
  }

  static Failure assertFails(FailureCode code, Executable work) {
    Failure failure = assertThrows(Failure.class, work);
    assertEquals(code, failure.code(), failure.detail());
    return failure;
  }

  @Override
  public void close() {
    Database.await(identity.close());
    db.close();
  }
}
