package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.ADDRESS;
import static dev.mordomo.identity.IdentityFixture.PASSWORD;
import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static IdentityFixture fixture;
  private static Scope admin;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
    admin = fixture.db.tenantWithUser("admin");
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @Test
  void whoSignsInIsKnownByTheirToken() {
    User user = fixture.user(admin, "Ana@Example.org", Role.OPERATOR);
    Tokens tokens = fixture.signIn(" ANA@example.ORG ");
    assertEquals(900, tokens.expiresIn());
    assertEquals("Bearer", tokens.tokenType());
    Principal principal = fixture.authenticate(tokens.accessToken());
    assertEquals(new Scope(admin.tenantId(), user.id(), "operator"), principal.scope());
    assertEquals(CredentialKind.JWT, principal.kind());
  }

  /**
   * Also with the right password, where there is one: whose account is off is nobody's to learn.
   */
  @Test
  void whoeverCannotSignInCostsAHashAndGetsTheSameAnswer() {
    Scope debtor = fixture.db.tenantWithUser("admin");
    fixture.user(admin, "known@example.org", Role.MEMBER);
    create("without@example.org");
    User off = fixture.user(admin, "off@example.org", Role.MEMBER);
    fixture.identity.users().change(admin, off.id(), switchedOff());
    User deleted = fixture.user(admin, "deleted@example.org", Role.MEMBER);
    fixture.identity.users().delete(admin, deleted.id(), (c, u) -> u);
    fixture.user(debtor, "debtor@example.org", Role.MEMBER);
    fixture.identity.tenants().change(fixture.superuser(), debtor.tenantId(), suspended());

    Failure wrong = refusedForOneHash("known@example.org", "not the password");
    for (String email :
        List.of(
            "nobody@example.org",
            "without@example.org",
            "off@example.org",
            "deleted@example.org",
            "debtor@example.org")) {
      Failure refused = refusedForOneHash(email, PASSWORD);
      assertEquals(wrong.detail(), refused.detail(), email);
      assertEquals(wrong.retryAfter(), refused.retryAfter(), email);
    }
  }

  private static Failure refusedForOneHash(String email, String password) {
    long before = fixture.identity.passwords().computed();
    Failure refused = refused(email, password);
    assertEquals(1, fixture.identity.passwords().computed() - before, email);
    return refused;
  }

  private static void create(String email) {
    fixture
        .identity
        .users()
        .create(
            admin, new User.Draft(Optional.empty(), email, Optional.empty(), "None", Role.MEMBER));
  }

  private static User.Change switchedOff() {
    return new User.Change(
        Optional.empty(), Optional.empty(), Optional.of(false), Optional.empty());
  }

  private static Tenant.Change suspended() {
    return new Tenant.Change(
        Optional.empty(),
        Optional.empty(),
        Optional.of(Tenant.Status.SUSPENDED),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aUserWithoutAPasswordCannotSignInWithAny() {
    create("none@example.org");
    refused("none@example.org", "");
    refused("none@example.org", PASSWORD);
  }

  @Test
  void aTokenExpiresAndIsRefreshed() {
    fixture.user(admin, "late@example.org", Role.MEMBER);
    Tokens tokens = fixture.signIn("late@example.org");
    fixture.authenticate(tokens.accessToken());
    fixture.clock.advance(Duration.ofMinutes(15));
    assertFails(FailureCode.TOKEN_EXPIRED, () -> fixture.authenticate(tokens.accessToken()));
    Tokens next = fixture.identity.sessions().refresh(tokens.refreshToken());
    assertNotEquals(tokens.refreshToken(), next.refreshToken());
    assertEquals(
        fixture.authenticate(next.accessToken()).sessionId(),
        fixture
            .authenticate(fixture.identity.sessions().refresh(next.refreshToken()).accessToken())
            .sessionId());
  }

  @Test
  void aRefreshTokenUsedTwiceEndsItsFamily() {
    fixture.user(admin, "copied@example.org", Role.MEMBER);
    Tokens first = fixture.signIn("copied@example.org");
    Tokens other = fixture.signIn("copied@example.org");
    Tokens second = fixture.identity.sessions().refresh(first.refreshToken());
    fixture.authenticate(second.accessToken());
    notRefreshed(first.refreshToken());
    notRefreshed(second.refreshToken());
    fixture.clock.advance(Duration.ofSeconds(5));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(second.accessToken()));
    fixture.authenticate(other.accessToken());
    fixture.identity.sessions().refresh(other.refreshToken());
  }

  @Test
  void ofManyRefreshesAtOnceOneWins() throws InterruptedException, ExecutionException {
    fixture.user(admin, "many@example.org", Role.MEMBER);
    Tokens tokens = fixture.signIn("many@example.org");
    int won = 0;
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Boolean> refresh =
          () -> {
            try {
              fixture.identity.sessions().refresh(tokens.refreshToken());
              return true;
            } catch (Failure e) {
              assertEquals(FailureCode.UNAUTHENTICATED, e.code());
              return false;
            }
          };
      for (Future<Boolean> outcome :
          executor.invokeAll(List.of(refresh, refresh, refresh, refresh, refresh, refresh))) {
        won += outcome.get() ? 1 : 0;
      }
    }
    assertEquals(1, won);
  }

  @Test
  void aRefreshTokenEndsAfterThirtyDays() {
    fixture.user(admin, "away@example.org", Role.MEMBER);
    Tokens tokens = fixture.signIn("away@example.org");
    fixture.clock.advance(Duration.ofDays(30));
    notRefreshed(tokens.refreshToken());
    fixture.clock.advance(Duration.ofMinutes(15).plusSeconds(1));
    assertTrue(fixture.identity.sessions().purge() > 0);
    notRefreshed(tokens.refreshToken());
  }

  @Test
  void signingOutEndsOneSessionEverywhereEndsAll() {
    fixture.user(admin, "out@example.org", Role.MEMBER);
    Tokens one = fixture.signIn("out@example.org");
    Tokens two = fixture.signIn("out@example.org");
    Tokens three = fixture.signIn("out@example.org");
    fixture.identity.sessions().signOut(one.refreshToken());
    fixture.identity.sessions().signOut(one.refreshToken());
    notRefreshed(one.refreshToken());
    fixture.identity.sessions().signOut(fixture.authenticate(two.accessToken()));
    notRefreshed(two.refreshToken());

    Principal principal = fixture.authenticate(three.accessToken());
    fixture.identity.sessions().signOutEverywhere(principal.scope());
    notRefreshed(three.refreshToken());
    fixture.clock.advance(Duration.ofSeconds(5));
    for (Tokens tokens : List.of(one, two, three)) {
      assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(tokens.accessToken()));
    }
  }

  @Test
  void neitherPasswordsNorTokensAreStored() throws SQLException {
    fixture.user(admin, "stored@example.org", Role.MEMBER);
    Tokens tokens = fixture.signIn("stored@example.org");
    String rows;
    try (var connection = fixture.db.owner();
        var found =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT (SELECT string_agg(u::text, '') FROM app_user u) || (SELECT"
                        + " string_agg(r::text, '') FROM refresh_token r) || (SELECT"
                        + " string_agg(encode(value, 'escape'), '') FROM sealed_secret)")) {
      assertTrue(found.next());
      rows = found.getString(1);
    }
    assertTrue(rows.contains("$argon2id$v=19$m=7168,t=2,p=1$"));
    for (String secret : List.of(PASSWORD, tokens.refreshToken(), "\"d\"")) {
      assertTrue(!rows.contains(secret), secret);
    }
  }

  @Test
  void aHashOfOldParametersIsRenewedAtSignIn() {
    User user = fixture.user(admin, "old@example.org", Role.MEMBER);
    String old = hashOf(user);
    IdentityService stronger =
        new IdentityService(
            fixture.db.vertx(),
            fixture.db.database(),
            fixture.bus,
            fixture.db.keyring(),
            fixture.db.outbound(),
            IdentityFixture.config(java.util.Map.of("identity.argon2_iterations", "3")),
            fixture.clock);
    stronger.sessions().signIn("old@example.org", PASSWORD, ADDRESS);
    String renewed = hashOf(user);
    assertNotEquals(old, renewed);
    assertTrue(renewed.contains(",t=3,"));
    stronger.sessions().signIn("old@example.org", PASSWORD, ADDRESS);
    assertEquals(renewed, hashOf(user));
    dev.mordomo.kernel.Database.await(stronger.close());
  }

  @Test
  void whoGuessesIsSlowedPerAccount() {
    fixture.user(admin, "guessed@example.org", Role.MEMBER);
    for (int i = 0; i < 5; i++) {
      wrong("guessed@example.org", "198.51.100." + i);
    }
    // One second for the fifth, and twice that for each that follows.
    fixture.guessed("account guessed@example.org", 5);
    assertWaits(32, tooMany("guessed@example.org", "198.51.100.9"));
    fixture.passGuesses(Duration.ofSeconds(32));
    wrong("guessed@example.org", "198.51.100.9");
    assertWaits(64, tooMany("guessed@example.org", "198.51.100.9"));
    fixture.passGuesses(Duration.ofSeconds(64));
    fixture.identity.sessions().signIn("guessed@example.org", PASSWORD, "198.51.100.9");
    wrong("guessed@example.org", "198.51.100.9");
  }

  @Test
  void whoGuessesIsSlowedPerAddress() {
    for (int i = 0; i < 20; i++) {
      wrong("victim" + i + "@example.org", "203.0.113.7");
    }
    fixture.guessed("address 203.0.113.7", 5);
    assertWaits(32, tooMany("another@example.org", "203.0.113.7"));
    wrong("another@example.org", "203.0.113.8");
    fixture.passGuesses(Duration.ofMinutes(15).plusSeconds(1));
    wrong("another@example.org", "203.0.113.7");
    wrong("yet-another@example.org", "203.0.113.7");
  }

  private static void assertWaits(int seconds, Failure slowed) {
    Duration wait = slowed.retryAfter().orElseThrow();
    assertTrue(wait.toSeconds() > seconds / 2 && wait.toSeconds() <= seconds, wait::toString);
  }

  private static void wrong(String email, String address) {
    assertFails(
        FailureCode.UNAUTHENTICATED,
        () -> fixture.identity.sessions().signIn(email, "a wrong guess", address));
  }

  private static Failure tooMany(String email, String address) {
    return assertFails(
        FailureCode.RATE_LIMITED,
        () -> fixture.identity.sessions().signIn(email, PASSWORD, address));
  }

  private static Failure refused(String email, String password) {
    return assertFails(
        FailureCode.UNAUTHENTICATED,
        () -> fixture.identity.sessions().signIn(email, password, "192.0.2.77"));
  }

  private static void notRefreshed(String token) {
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.identity.sessions().refresh(token));
  }

  private static String hashOf(User user) {
    return fixture
        .db
        .database()
        .as(admin, connection -> new UserStore().passwordHash(connection, user.id()))
        .orElseThrow();
  }
}
