package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.ADDRESS;
import static dev.mordomo.identity.IdentityFixture.PASSWORD;
import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UsersTest {
  private static IdentityFixture fixture;
  private static Users users;
  private static Scope superuser;
  private static Scope admin;
  private static int number;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
    users = fixture.identity.users();
    superuser = fixture.superuser();
    admin = fixture.db.tenantWithUser("admin");
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static String email() {
    return "user" + ++number + "@example.org";
  }

  private static User.Draft draft(Optional<UUID> tenant, Role role) {
    return new User.Draft(tenant, email(), Optional.empty(), "Somebody", role);
  }

  private static User.Change role(Role role) {
    return new User.Change(Optional.empty(), Optional.of(role), Optional.empty(), Optional.empty());
  }

  private static User.Change name(String name) {
    return new User.Change(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Scope as(User user) {
    return new Scope(user.tenantId(), user.id(), user.role().wire());
  }

  @Test
  void nobodyGivesARoleAboveTheirOwn() {
    for (Role giver : Role.values()) {
      Scope scope = fixture.db.user(admin.tenantId(), giver.wire());
      for (Role given : Role.values()) {
        if (scope.isAdmin() && giver.covers(given)) {
          assertEquals(given, users.create(scope, draft(Optional.empty(), given)).role());
        } else {
          assertFails(
              FailureCode.FORBIDDEN, () -> users.create(scope, draft(Optional.empty(), given)));
        }
      }
    }
  }

  @Test
  void nobodyChangesSomebodyAboveThem() {
    User chief = users.create(superuser, draft(Optional.of(admin.tenantId()), Role.SUPERUSER));
    assertFails(FailureCode.FORBIDDEN, () -> users.change(admin, chief.id(), name("Mine")));
    assertFails(FailureCode.FORBIDDEN, () -> users.change(admin, chief.id(), role(Role.MEMBER)));
    assertFails(FailureCode.FORBIDDEN, () -> users.delete(admin, chief.id(), (c, u) -> u));
    User member = users.create(admin, draft(Optional.empty(), Role.MEMBER));
    assertFails(
        FailureCode.FORBIDDEN, () -> users.change(admin, member.id(), role(Role.SUPERUSER)));
    assertEquals(Role.ADMIN, users.change(admin, member.id(), role(Role.ADMIN)).role());
  }

  @Test
  void nobodyLocksThemselvesOut() {
    assertFails(
        FailureCode.FORBIDDEN, () -> users.change(superuser, superuser.userId(), role(Role.ADMIN)));
    assertFails(
        FailureCode.FORBIDDEN, () -> users.delete(superuser, superuser.userId(), (c, u) -> u));
    assertEquals("Myself", users.change(superuser, superuser.userId(), name("Myself")).name());
  }

  @Test
  void anAdminSeesNothingOfAnotherTenant() {
    Scope other = fixture.db.tenantWithUser("admin");
    User foreign = users.create(other, draft(Optional.empty(), Role.MEMBER));
    assertFails(FailureCode.NOT_FOUND, () -> users.get(admin, foreign.id()));
    assertFails(FailureCode.NOT_FOUND, () -> users.change(admin, foreign.id(), name("Mine")));
    assertFails(FailureCode.NOT_FOUND, () -> users.delete(admin, foreign.id(), (c, u) -> u));
    assertTrue(users.list(admin, Optional.of(other.tenantId()), Optional.empty(), 100).isEmpty());
    assertTrue(
        users.list(admin, Optional.empty(), Optional.empty(), 100).stream()
            .allMatch(user -> user.tenantId().equals(admin.tenantId())));
    Failure there =
        assertFails(
            FailureCode.INVALID,
            () -> users.create(admin, draft(Optional.of(other.tenantId()), Role.MEMBER)));
    Failure nowhere =
        assertFails(
            FailureCode.INVALID,
            () -> users.create(admin, draft(Optional.of(UUID.randomUUID()), Role.MEMBER)));
    assertEquals(nowhere.detail(), there.detail());
    assertEquals("Somebody", users.get(other, foreign.id()).name());
  }

  @Test
  void theSuperuserSeesEverybody() {
    Scope other = fixture.db.tenantWithUser("member");
    assertEquals(
        List.of(other.userId()),
        users.list(superuser, Optional.of(other.tenantId()), Optional.empty(), 100).stream()
            .map(User::id)
            .toList());
    assertEquals("Theirs", users.change(superuser, other.userId(), name("Theirs")).name());
    assertFails(
        FailureCode.INVALID,
        () -> users.create(superuser, draft(Optional.of(UUID.randomUUID()), Role.MEMBER)));
  }

  @Test
  void aMemberSeesThemselvesAlone() {
    Scope member = fixture.db.user(admin.tenantId(), "member");
    assertEquals(member.userId(), users.get(member, member.userId()).id());
    for (UUID stranger : List.of(admin.userId(), superuser.userId(), UUID.randomUUID())) {
      assertFails(FailureCode.NOT_FOUND, () -> users.get(member, stranger));
      assertFails(FailureCode.NOT_FOUND, () -> users.change(member, stranger, name("X")));
      assertFails(FailureCode.NOT_FOUND, () -> users.delete(member, stranger, (c, u) -> u));
    }
    assertFails(
        FailureCode.FORBIDDEN, () -> users.change(member, member.userId(), role(Role.ADMIN)));
    assertFails(
        FailureCode.FORBIDDEN, () -> users.list(member, Optional.empty(), Optional.empty(), 10));
  }

  @Test
  void anEmailIsOneUserInTheInstallationHoweverItIsWritten() {
    Scope other = fixture.db.tenantWithUser("admin");
    fixture.user(admin, "Unique@Example.org", Role.MEMBER);
    assertFails(
        FailureCode.CONFLICT, () -> fixture.user(other, "uNIQUE@example.ORG ", Role.MEMBER));
    for (String bad : List.of("x", "a@", "@b", "a b@c.d", "a@b@c", "a@b..c", "a".repeat(300))) {
      assertFails(FailureCode.INVALID, () -> fixture.user(admin, bad, Role.MEMBER));
    }
  }

  @Test
  void aListIsReadPageByPage() {
    Scope other = fixture.db.tenantWithUser("admin");
    for (int i = 0; i < 4; i++) {
      users.create(other, draft(Optional.empty(), Role.MEMBER));
    }
    List<User> first = users.list(other, Optional.empty(), Optional.empty(), 3);
    List<User> second = users.list(other, Optional.empty(), Optional.of(first.getLast().id()), 3);
    assertEquals(3, first.size());
    assertEquals(2, second.size());
    assertTrue(first.stream().noneMatch(second::contains));
  }

  @Test
  void theShapeIsTheProtocols() {
    User user = users.me(admin);
    var json = Json.tree(user);
    for (String name :
        List.of(
            "id",
            "tenant_id",
            "email",
            "name",
            "role",
            "locale",
            "time_zone",
            "is_active",
            "voice_enrolled",
            "last_interaction_at",
            "metadata",
            "created_at")) {
      assertTrue(json.has(name), name);
    }
    assertEquals("admin", json.get("role").asText());
    assertTrue(json.get("is_active").asBoolean());
  }

  @Test
  void theLastInteractionIsTheLastMessage() throws SQLException {
    Scope member = fixture.db.user(admin.tenantId(), "member");
    try (var connection = fixture.db.owner();
        var insert =
            connection.prepareStatement(
                "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                    + " VALUES (gen_random_uuid(), ?, ?, '2026-01-01Z', '2026-01-02T03:04:05Z')")) {
      insert.setObject(1, member.tenantId());
      insert.setObject(2, member.userId());
      insert.executeUpdate();
    }
    Optional<Instant> expected = Optional.of(Instant.parse("2026-01-02T03:04:05Z"));
    assertEquals(expected, users.get(admin, member.userId()).lastInteractionAt());
    assertEquals(expected, users.me(member).lastInteractionAt());
  }

  @Test
  void aProfileIsCheckedAndSeenAtOnce() {
    Scope member = fixture.db.user(admin.tenantId(), "member");
    assertEquals(new UserSettings("pt-BR", ZoneId.of("America/Sao_Paulo")), users.settings(member));
    User changed =
        users.changeProfile(
            member,
            new User.Profile(
                Optional.of(" Ana "),
                Optional.of("ES-mx"),
                Optional.of("Europe/Lisbon"),
                Optional.of(Optional.of("https://example.org/ana.png"))));
    assertEquals("Ana", changed.name());
    assertEquals(Optional.of("https://example.org/ana.png"), changed.avatar());
    assertEquals(new UserSettings("es-MX", ZoneId.of("Europe/Lisbon")), users.settings(member));

    Failure refused =
        assertFails(
            FailureCode.INVALID,
            () ->
                users.changeProfile(
                    member,
                    new User.Profile(
                        Optional.of(" "),
                        Optional.of("not a locale"),
                        Optional.of("Mars/Olympus"),
                        Optional.of(Optional.of("javascript:alert(1)")))));
    assertEquals(
        List.of("name", "locale", "time_zone", "avatar"),
        refused.errors().stream().map(Failure.FieldError::field).toList());
    assertEquals("Ana", users.me(member).name());

    Optional<Optional<String>> none = Optional.of(Optional.empty());
    User cleared =
        users.changeProfile(
            member, new User.Profile(Optional.empty(), Optional.empty(), Optional.empty(), none));
    assertTrue(cleared.avatar().isEmpty());
    assertEquals("Ana", cleared.name());
  }

  @Test
  void settingsOfAnotherNodeAreSeenWithinThirtySeconds() {
    Scope member = fixture.db.user(admin.tenantId(), "member");
    users.settings(member);
    IdentityService node = fixture.node();
    node.users()
        .changeProfile(
            member,
            new User.Profile(
                Optional.empty(), Optional.of("en-US"), Optional.empty(), Optional.empty()));
    fixture.clock.advance(Duration.ofSeconds(30));
    assertEquals("en-US", users.settings(member).locale());
    dev.mordomo.kernel.Database.await(node.close());
  }

  @Test
  void aNewPasswordEndsEverySession() {
    User user = fixture.user(admin, email(), Role.MEMBER);
    String email = user.email().orElseThrow();
    Tokens tokens = fixture.signIn(email);
    assertFails(
        FailureCode.INVALID, () -> users.changePassword(as(user), "a wrong one", "a new password"));
    assertFails(FailureCode.INVALID, () -> users.changePassword(as(user), PASSWORD, "short"));
    users.changePassword(as(user), PASSWORD, "a new password");
    assertFails(
        FailureCode.UNAUTHENTICATED,
        () -> fixture.identity.sessions().refresh(tokens.refreshToken()));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.signIn(email));
    fixture.identity.sessions().signIn(email, "a new password", ADDRESS);

    User.Change reset =
        new User.Change(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("from the admin"));
    users.change(admin, user.id(), reset);
    fixture.identity.sessions().signIn(email, "from the admin", ADDRESS);
  }

  @Test
  void guessingTheCurrentPasswordIsSlowed() {
    User user = fixture.user(admin, email(), Role.MEMBER);
    for (int i = 0; i < 5; i++) {
      assertFails(
          FailureCode.INVALID,
          () -> users.changePassword(as(user), "a wrong one", "a new password"));
    }
    fixture.guessed("account user " + user.id(), 5);
    assertFails(
        FailureCode.RATE_LIMITED, () -> users.changePassword(as(user), PASSWORD, "a new password"));
  }
}
