package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.identity.IdentityEvent.UserDisabled;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** API keys, and everybody who is switched off. */
class AuthenticationTest {
  private static final Duration WITHIN = Duration.ofSeconds(5);
  private static IdentityFixture fixture;
  private static IdentityService identity;
  private static Scope admin;
  private static int number;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
    identity = fixture.identity;
    admin = fixture.db.tenantWithUser("admin");
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private record Guest(User user, String jwt, String key) {
    Scope scope() {
      return new Scope(user.tenantId(), user.id(), user.role().wire());
    }
  }

  /** A member with a session and an API key, both just used. */
  private static Guest guest(Scope by) {
    String email = "guest" + ++number + "@example.org";
    User user = fixture.user(by, email, Role.MEMBER);
    String jwt = fixture.signIn(email).accessToken();
    Scope scope = fixture.authenticate(jwt).scope();
    String key = identity.apiKeys().create(scope, "phone", Optional.empty()).key();
    assertEquals(scope, fixture.authenticate(key).scope());
    return new Guest(user, jwt, key);
  }

  private static void out(Guest guest) {
    for (String token : List.of(guest.jwt(), guest.key())) {
      assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(token));
    }
  }

  @Test
  void anApiKeySpeaksForItsUser() {
    Guest guest = guest(admin);
    assertTrue(guest.key().matches("mk_[A-Za-z0-9_-]{43}"), guest.key());
    Principal principal = fixture.authenticate(guest.key());
    assertEquals(guest.scope(), principal.scope());
    assertEquals(CredentialKind.API_KEY, principal.kind());
    assertTrue(principal.expiresAt().isEmpty());
    assertTrue(Database.await(identity.isLive(principal)));
  }

  @Test
  void anApiKeyIsShownOnceAndStoredAsAHash() throws SQLException {
    Guest guest = guest(admin);
    ApiKey listed = identity.apiKeys().list(guest.scope(), Optional.empty(), 10).getFirst();
    assertEquals(guest.key().substring(0, 8), listed.prefix());
    try (var connection = fixture.db.owner();
        var rows = connection.createStatement().executeQuery("SELECT k::text FROM api_key k")) {
      while (rows.next()) {
        assertFalse(rows.getString(1).contains(guest.key().substring(8)));
      }
    }
  }

  @Test
  void aRevokedApiKeyIsRefusedAtOnce() {
    Guest guest = guest(admin);
    Principal principal = fixture.authenticate(guest.key());
    identity.apiKeys().revoke(guest.scope(), UUID.fromString(principal.sessionId()));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(guest.key()));
    assertFalse(Database.await(identity.isLive(principal)));
    assertTrue(identity.apiKeys().list(guest.scope(), Optional.empty(), 10).isEmpty());
    assertFails(
        FailureCode.NOT_FOUND,
        () -> identity.apiKeys().revoke(guest.scope(), UUID.fromString(principal.sessionId())));
    fixture.authenticate(guest.jwt());
  }

  @Test
  void anApiKeyEndsWhenItSaid() {
    Guest guest = guest(admin);
    Instant end = fixture.clock.instant().plus(Duration.ofDays(1));
    String key = identity.apiKeys().create(guest.scope(), "day", Optional.of(end)).key();
    Principal principal = fixture.authenticate(key);
    fixture.clock.advance(Duration.ofDays(1));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(key));
    assertFalse(Database.await(identity.isLive(principal)));
    assertFails(
        FailureCode.INVALID,
        () -> identity.apiKeys().create(guest.scope(), "past", Optional.of(end)));
  }

  @Test
  void anApiKeyIsItsUsersAlone() {
    Guest guest = guest(admin);
    Guest other = guest(admin);
    UUID id = UUID.fromString(fixture.authenticate(guest.key()).sessionId());
    for (Scope scope : List.of(other.scope(), admin, fixture.superuser())) {
      assertFails(FailureCode.NOT_FOUND, () -> identity.apiKeys().revoke(scope, id));
    }
    fixture.authenticate(guest.key());
    assertEquals(1, identity.apiKeys().list(other.scope(), Optional.empty(), 10).size());
  }

  @Test
  void theLastUseIsNotedOnceAMinute() {
    Guest guest = guest(admin);
    Instant first = lastUse(guest).orElseThrow();
    fixture.clock.advance(Duration.ofSeconds(30));
    fixture.authenticate(guest.key());
    assertEquals(first, lastUse(guest).orElseThrow());
    fixture.clock.advance(Duration.ofSeconds(31));
    fixture.authenticate(guest.key());
    assertEquals(Duration.ofSeconds(61), Duration.between(first, lastUse(guest).orElseThrow()));
  }

  private static Optional<Instant> lastUse(Guest guest) {
    return identity.apiKeys().list(guest.scope(), Optional.empty(), 10).getFirst().lastUsedAt();
  }

  @Test
  void aDeactivatedUserIsOutWithinFiveSecondsAndItIsSaid() {
    Guest guest = guest(admin);
    Promise<UserDisabled> said = Promise.promise();
    var subscription = fixture.bus.subscribe(IdentityEvent.USER_DISABLED, said::tryComplete);
    identity.users().change(admin, guest.user().id(), active(false));
    assertEquals(
        new UserDisabled(admin.tenantId(), guest.user().id()), Database.await(said.future()));
    Database.await(subscription.unregister());
    fixture.clock.advance(WITHIN);
    out(guest);
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.signIn(email(guest)));

    identity.users().change(admin, guest.user().id(), active(true));
    fixture.clock.advance(WITHIN);
    fixture.authenticate(guest.key());
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(guest.jwt()));
    fixture.authenticate(fixture.signIn(email(guest)).accessToken());
  }

  @Test
  void anAnnouncedUserIsOutAtOnce() {
    Guest guest = guest(admin);
    Database.await(fixture.db.vertx().deployVerticle(new IdentityVerticle(identity, fixture.bus)));
    Promise<UserDisabled> said = Promise.promise();
    // Subscribed after the verticle, so heard after it.
    var subscription = fixture.bus.subscribe(IdentityEvent.USER_DISABLED, said::tryComplete);
    identity.users().change(admin, guest.user().id(), active(false));
    Database.await(said.future());
    Database.await(subscription.unregister());
    fixture
        .db
        .vertx()
        .deploymentIDs()
        .forEach(id -> Database.await(fixture.db.vertx().undeploy(id)));
    out(guest);
  }

  @Test
  void aDeletedUserIsOutAndTheEmailIsFree() {
    Guest guest = guest(admin);
    identity.users().delete(admin, guest.user().id(), (c, u) -> u);
    fixture.clock.advance(WITHIN);
    out(guest);
    assertFails(FailureCode.NOT_FOUND, () -> identity.users().get(admin, guest.user().id()));
    fixture.user(admin, email(guest), Role.MEMBER);
  }

  @Test
  void aSuspendedTenantIsOutWithinFiveSeconds() {
    Scope superuser = fixture.superuser();
    Scope other = fixture.db.tenantWithUser("admin");
    Guest guest = guest(other);
    Guest neighbour = guest(admin);
    Principal principal = fixture.authenticate(guest.jwt());
    identity.tenants().change(superuser, other.tenantId(), status(Tenant.Status.SUSPENDED));
    fixture.clock.advance(WITHIN);
    out(guest);
    assertFalse(Database.await(identity.isLive(principal)));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.signIn(email(guest)));
    fixture.authenticate(neighbour.jwt());

    identity.tenants().change(superuser, other.tenantId(), status(Tenant.Status.TRIAL));
    fixture.clock.advance(WITHIN);
    fixture.authenticate(guest.jwt());
  }

  @Test
  void aChangedRoleHoldsWithinFiveSecondsWhateverTheTokenSays() {
    Guest guest = guest(admin);
    identity
        .users()
        .change(
            admin,
            guest.user().id(),
            new User.Change(
                Optional.empty(), Optional.of(Role.OPERATOR), Optional.empty(), Optional.empty()));
    fixture.clock.advance(WITHIN);
    assertEquals("operator", fixture.authenticate(guest.jwt()).scope().role());
  }

  private static String email(Guest guest) {
    return guest.user().email().orElseThrow();
  }

  private static User.Change active(boolean active) {
    return new User.Change(
        Optional.empty(), Optional.empty(), Optional.of(active), Optional.empty());
  }

  private static Tenant.Change status(Tenant.Status status) {
    return new Tenant.Change(
        Optional.empty(),
        Optional.empty(),
        Optional.of(status),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
