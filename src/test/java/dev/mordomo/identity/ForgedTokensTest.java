package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must never pass as an access token. */
class ForgedTokensTest {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private static IdentityFixture fixture;
  private static String genuine;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
    Scope admin = fixture.db.tenantWithUser("admin");
    fixture.user(admin, "real@example.org", Role.MEMBER);
    genuine = fixture.signIn("real@example.org").accessToken();
    fixture.authenticate(genuine);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @Test
  void theTokenSaysWhatTheProtocolSays() {
    JsonObject header = part(genuine, 0);
    JsonObject claims = part(genuine, 1);
    assertEquals("ES256", header.getString("alg"));
    assertEquals(jwk().getString("kid"), header.getString("kid"));
    assertEquals("mordomo", claims.getString("iss"));
    assertEquals("member", claims.getString("role"));
    assertEquals(900, claims.getLong("exp") - claims.getLong("iat"));
    for (String id : List.of("sub", "tid", "sid", "jti")) {
      UUID.fromString(claims.getString(id));
    }
  }

  @Test
  void thePublishedKeysVerifyButDoNotSign() {
    assertFalse(jwk().containsKey("d"));
    JWTAuth anyone = JWTAuth.create(fixture.db.vertx(), new JWTAuthOptions().addJwk(jwk()));
    Database.await(
        anyone.authenticate(new io.vertx.ext.auth.authentication.TokenCredentials(genuine)));
  }

  @Test
  void everyNodeHasTheSameKeys() {
    IdentityService other = fixture.node();
    assertEquals(fixture.identity.jwks(), other.jwks());
    Database.await(other.authenticate(genuine));
    Database.await(other.close());
  }

  @Test
  void garbledTokensAreRefused() {
    String[] parts = genuine.split("\\.");
    for (String token :
        List.of(
            "",
            ".",
            "..",
            "x",
            "a.b.c",
            "\u0000",
            genuine + "x",
            genuine.substring(0, genuine.length() - 4),
            genuine + ".x",
            parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + "." + BASE64.encodeToString(new byte[64]),
            parts[1] + "." + parts[0] + "." + parts[2],
            "é".repeat(100),
            "a".repeat(100_000),
            "mk_",
            "mk_" + OpaqueToken.next())) {
      refused(token);
    }
  }

  @Test
  void everyClaimIsUnderTheSignature() {
    String[] parts = genuine.split("\\.");
    JsonObject claims = part(genuine, 1).put("role", "superuser");
    refused(parts[0] + "." + encode(claims) + "." + parts[2]);
  }

  @Test
  void withoutASignatureNothingPasses() {
    for (String algorithm : List.of("none", "None", "NONE", "")) {
      JsonObject header = new JsonObject().put("typ", "JWT").put("alg", algorithm);
      String unsigned = encode(header) + "." + encode(part(genuine, 1)) + ".";
      refused(unsigned);
      refused(unsigned.substring(0, unsigned.length() - 1));
    }
  }

  @Test
  void thePublicKeyIsNoSharedSecret() throws GeneralSecurityException {
    JsonObject jwk = jwk();
    List<byte[]> secrets =
        List.of(
            jwk.encode().getBytes(StandardCharsets.UTF_8),
            fixture.identity.jwks().getBytes(StandardCharsets.UTF_8),
            Base64.getUrlDecoder().decode(jwk.getString("x")),
            jwk.getString("x").getBytes(StandardCharsets.UTF_8));
    for (byte[] secret : secrets) {
      JsonObject header =
          new JsonObject().put("typ", "JWT").put("alg", "HS256").put("kid", jwk.getString("kid"));
      String signed = encode(header) + "." + encode(part(genuine, 1));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      refused(signed + "." + BASE64.encodeToString(signature));
    }
  }

  @Test
  void anotherInstallationsTokenIsRefusedEvenUnderOurKeyId() {
    SigningKey foreign = SigningKey.generate(fixture.clock.instant());
    refused(sign(foreign, part(genuine, 1)));
    JsonObject disguised = foreign.jwk().copy().put("kid", jwk().getString("kid"));
    refused(sign(SigningKey.of(disguised, fixture.clock.instant()), part(genuine, 1)));
  }

  @Test
  void ourKeyAloneIsNotEnough() {
    SigningKey ours =
        new SigningKeyStore(fixture.db.database(), fixture.db.keyring())
            .loadOrMake(fixture.clock.instant())
            .getFirst();
    JsonObject claims = part(genuine, 1);
    fixture.authenticate(sign(ours, claims));
    refused(sign(ours, claims.copy().put("iss", "somebody else")));
    refused(sign(ours, without(claims, "iss")));
    refused(sign(ours, without(claims, "sub")));
    refused(sign(ours, without(claims, "sid")));
    refused(sign(ours, without(claims, "exp")));
    refused(sign(ours, claims.copy().put("sub", "no id")));
    refused(sign(ours, claims.copy().put("exp", "never")));
    refused(sign(ours, claims.copy().put("sub", UUID.randomUUID().toString())));
    refused(sign(ours, claims.copy().put("tid", UUID.randomUUID().toString())));
  }

  private static JsonObject without(JsonObject claims, String name) {
    JsonObject copy = claims.copy();
    copy.remove(name);
    return copy;
  }

  private static String sign(SigningKey key, JsonObject claims) {
    return JWTAuth.create(fixture.db.vertx(), new JWTAuthOptions().addJwk(key.jwk()))
        .generateToken(claims, new JWTOptions().setAlgorithm("ES256").setNoTimestamp(true));
  }

  private static void refused(String token) {
    assertFails(FailureCode.UNAUTHENTICATED, () -> fixture.authenticate(token));
  }

  private static JsonObject jwk() {
    return new JsonObject(fixture.identity.jwks()).getJsonArray("keys").getJsonObject(0);
  }

  private static JsonObject part(String token, int index) {
    return new JsonObject(
        new String(
            Base64.getUrlDecoder().decode(token.split("\\.")[index]), StandardCharsets.UTF_8));
  }

  private static String encode(JsonObject json) {
    return BASE64.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
  }
}
