package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.Await;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys of access tokens change, and nobody is signed out for it, unless one was stolen. */
class SigningKeysTest {
  private static final String EMAIL = "ana@example.org";
  private IdentityFixture fixture;
  private IdentityService other;

  @BeforeEach
  void open() {
    fixture = new IdentityFixture();
    fixture.user(fixture.superuser(), EMAIL, Role.MEMBER);
    other = fixture.node();
  }

  @AfterEach
  void close() {
    Database.await(other.close());
    fixture.close();
  }

  private static String keyOf(String token) {
    byte[] header = Base64.getUrlDecoder().decode(token.split("\\.")[0]);
    return new JsonObject(new String(header, StandardCharsets.UTF_8)).getString("kid");
  }

  private static List<String> published(IdentityService node) {
    return new JsonObject(node.jwks())
        .getJsonArray("keys").stream().map(key -> ((JsonObject) key).getString("kid")).toList();
  }

  /** What every node does each minute. */
  private void minutes(int count) {
    for (int i = 0; i < count; i++) {
      fixture.clock.advance(Duration.ofMinutes(1));
      fixture.identity.signingKeys().turn();
      other.signingKeys().turn();
    }
  }

  @Test
  void aNewKeyIsPublishedBeforeItSignsAndTheOldOneStaysForItsTokens() {
    String old = keyOf(fixture.signIn(EMAIL).accessToken());
    fixture.clock.advance(Duration.ofSeconds(1));
    fixture.identity.rotateSigningKey();
    List<String> both = published(fixture.identity);
    assertEquals(2, both.size());
    assertEquals(old, both.getLast());
    minutes(1);
    assertEquals(both, published(other), "the other node has read it");
    assertEquals(old, keyOf(fixture.signIn(EMAIL).accessToken()), "not its turn yet");

    minutes(8);
    String last = fixture.signIn(EMAIL).accessToken();
    assertEquals(old, keyOf(last));
    minutes(1);
    String first = fixture.signIn(EMAIL).accessToken();
    assertEquals(both.getFirst(), keyOf(first), "its turn");
    for (String token : List.of(last, first)) {
      fixture.authenticate(token);
      Database.await(other.authenticate(token));
    }
    minutes(13);
    fixture.authenticate(last);
    Database.await(other.authenticate(last));

    minutes(12);
    assertEquals(List.of(both.getFirst()), published(fixture.identity), "its tokens have ended");
    assertEquals(List.of(both.getFirst()), published(other));
  }

  @Test
  void aKeyThatIsOldEnoughGetsASuccessorByItself() {
    String first = published(fixture.identity).getFirst();
    fixture.clock.advance(Duration.ofDays(90));
    minutes(1);
    assertEquals(2, published(fixture.identity).size());
    assertEquals(published(fixture.identity), published(other), "one, not one a node");
    minutes(40);
    assertEquals(1, published(other).size());
    assertNotEquals(first, published(other).getFirst());
    minutes(5);
    assertEquals(1, published(other).size());
  }

  @Test
  void aNodeThatHasNotReadTheKeysYetLooksWhenATokenNamesAnother() {
    fixture.identity.revokeSigningKeys();
    String token = fixture.signIn(EMAIL).accessToken();
    assertNotEquals(published(other), published(fixture.identity));
    Database.await(other.authenticate(token));
    assertEquals(published(fixture.identity), published(other));
  }

  @Test
  void aStolenKeyIsRefusedOnEveryNodeAndSessionsGoOn() {
    Tokens tokens = fixture.signIn(EMAIL);
    Database.await(other.authenticate(tokens.accessToken()));
    fixture.identity.revokeSigningKeys();
    // By what the table says: the bus is not asked.
    fixture.identity.watch().look();
    other.watch().look();
    List<String> now = published(fixture.identity);
    Await.until("it has read them", () -> published(other).equals(now), Duration.ofSeconds(10));
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(tokens.accessToken()));
    assertFails(
        FailureCode.UNAUTHENTICATED,
        () -> Database.await(other.authenticate(tokens.accessToken())));
    Tokens renewed = other.sessions().refresh(tokens.refreshToken());
    fixture.authenticate(renewed.accessToken());
  }

  @Test
  void noOtherSecretIsDeletedByTheSystem() {
    Database database = fixture.db.database();
    database.callSystem(
        "INSERT INTO sealed_secret (name, value) VALUES ('something.else', '\\x00')",
        Tuple.tuple());
    assertEquals(
        0,
        database
            .callSystem("DELETE FROM sealed_secret WHERE name = 'something.else'", Tuple.tuple())
            .rowCount());
    assertThrows(Failure.class, () -> database.callSystem("TRUNCATE sealed_secret", Tuple.tuple()));
  }
}
