package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How soon a node that the bus does not reach knows who is out: five seconds are promised. */
class AccessWatchTest {
  private static final Duration PROMISED = Duration.ofSeconds(5);
  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static AccessWatch watch(Duration statusCheck) {
    return new AccessWatch(new AccessChangeStore(db.database()), statusCheck);
  }

  private static IdentityConfig config(String statusCheck) {
    return IdentityConfig.from(Settings.of(Map.of("identity.status_check", statusCheck), Map.of()));
  }

  /** Right after one look has read: the rest of that look, the pause, and the next look. */
  private static Duration latest(IdentityConfig config) {
    AccessWatch watch = watch(config.statusCheck());
    return watch.bound().plus(watch.pause()).plus(watch.bound());
  }

  @Test
  void looksAreFrequentEnoughForWhatIsPromised() {
    for (String check : List.of("5s", "3s", "1s", "10ms")) {
      Duration latest = latest(config(check));
      assertTrue(latest.compareTo(PROMISED) <= 0, check + ": " + latest);
    }
    Duration usual = latest(IdentityConfig.from(Settings.of(Map.of(), Map.of())));
    assertTrue(usual.compareTo(PROMISED) <= 0, usual::toString);
  }

  @Test
  void theyCannotBeSetToBeRarer() {
    Settings settings = Settings.of(Map.of("identity.status_check", "6s"), Map.of());
    IdentityConfig.from(settings);
    assertTrue(
        assertThrows(Failure.class, settings::verify).detail().contains("identity.status_check"));
  }

  @Test
  void aLookThatIsHeldUpIsGivenUpAndTheNextOneTells() throws Exception {
    Scope scope = db.tenantWithUser("member");
    AccessWatch watch = watch(Duration.ofSeconds(1));
    List<IdentityEvent> told = new CopyOnWriteArrayList<>();
    watch.follow(told::add);
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "UPDATE app_user SET is_active = false WHERE id = '" + scope.userId() + "'");
      owner.setAutoCommit(false);
      statement.execute("LOCK TABLE access_change IN ACCESS EXCLUSIVE MODE");
      // Sooner than the database itself would give up.
      assertFails(FailureCode.UNAVAILABLE, watch::look);
      assertEquals(List.of(), told);
      owner.rollback();
    }
    watch.look();
    assertTrue(
        told.contains(new IdentityEvent.UserDisabled(scope.tenantId(), scope.userId())),
        told::toString);
  }
}
