package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Outbound;
import dev.mordomo.kernel.OutboundConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ID tokens of a provider whose keys the test has: good ones, and every way to be none. */
class IdTokensTest {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private final Vertx vertx = Vertx.vertx();
  private final MovableClock clock = new MovableClock(Instant.now());
  private final SigningKey elliptic = SigningKey.generate(Instant.EPOCH);
  private final JsonObject rsa = rsa("rsa-1");
  private final AtomicInteger asked = new AtomicInteger();
  private JsonArray published = new JsonArray();
  private JsonObject more = new JsonObject();
  private HttpServer server;
  private String issuer;
  private OidcConfig.Provider provider;
  private IdTokens tokens;
  private Outbound outbound;

  @BeforeEach
  void open() {
    published.add(elliptic.open()).add(open(rsa));
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              if (request.path().equals("/jwks")) {
                asked.incrementAndGet();
                request.response().end(new JsonObject().put("keys", published).encode());
              } else {
                request
                    .response()
                    .end(
                        new JsonObject()
                            .put("issuer", issuer)
                            .put("jwks_uri", issuer + "/jwks")
                            .mergeIn(more)
                            .encode());
              }
            })
            .listen(0, "127.0.0.1")
            .await();
    issuer = "http://127.0.0.1:" + server.actualPort();
    provider = new OidcConfig.Provider("test", issuer, "us", Optional.empty());
    outbound =
        new Outbound(
            vertx, new OutboundConfig(List.of("127.0.0.1"), Duration.ofSeconds(5), 100_000));
    tokens = new IdTokens(vertx, new OidcDirectory(outbound, clock), clock);
  }

  @AfterEach
  void close() {
    outbound.close();
    vertx.close().await();
  }

  private static JsonObject rsa(String kid) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      RSAPrivateCrtKey key = (RSAPrivateCrtKey) pair.getPrivate();
      return new JsonObject()
          .put("kty", "RSA")
          .put("kid", kid)
          .put("alg", "RS256")
          .put("n", number(((RSAPublicKey) pair.getPublic()).getModulus()))
          .put("e", number(key.getPublicExponent()))
          .put("d", number(key.getPrivateExponent()))
          .put("p", number(key.getPrimeP()))
          .put("q", number(key.getPrimeQ()))
          .put("dp", number(key.getPrimeExponentP()))
          .put("dq", number(key.getPrimeExponentQ()))
          .put("qi", number(key.getCrtCoefficient()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return BASE64.encodeToString(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
  }

  private static JsonObject open(JsonObject key) {
    JsonObject open = key.copy();
    List.of("d", "p", "q", "dp", "dq", "qi").forEach(open::remove);
    return open;
  }

  private JsonObject claims() {
    long now = clock.instant().getEpochSecond();
    return new JsonObject()
        .put("iss", issuer)
        .put("aud", "us")
        .put("sub", "1234")
        .put("iat", now)
        .put("exp", now + 300)
        .put("nonce", "n")
        .put("email", "Ana@Example.org")
        .put("email_verified", true);
  }

  private String sign(JsonObject key, JsonObject claims) {
    return JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key))
        .generateToken(
            claims, new JWTOptions().setAlgorithm(key.getString("alg")).setNoTimestamp(true));
  }

  private OidcClaims check(String token) {
    return tokens.check(provider, token, Optional.of("n"));
  }

  private void refused(String why, String token) {
    Failure failure = assertFails(FailureCode.UNAUTHENTICATED, () -> check(token));
    assertEquals(IdTokens.refused().detail(), failure.detail(), why);
  }

  private void refused(String why, JsonObject claims) {
    refused(why, sign(rsa, claims));
  }

  @Test
  void goodOnesOfBothAlgorithms() {
    for (JsonObject key : List.of(rsa, elliptic.jwk())) {
      OidcClaims found = check(sign(key, claims()));
      assertEquals("1234", found.subject());
      assertEquals(Optional.of("Ana@Example.org"), found.email());
    }
    check(sign(rsa, claims().put("aud", new JsonArray().add("us"))));
    check(sign(rsa, claims().put("aud", new JsonArray().add("us").add("them")).put("azp", "us")));
  }

  @Test
  void anEmailThatIsNotVerifiedIsNone() {
    for (Object said : new Object[] {false, "false", 1, "yes"}) {
      JsonObject claims = claims().put("email_verified", said);
      assertTrue(check(sign(rsa, claims)).email().isEmpty(), String.valueOf(said));
    }
    JsonObject silent = claims();
    silent.remove("email_verified");
    assertTrue(check(sign(rsa, silent)).email().isEmpty());
  }

  @Test
  void issuerAudienceAndTimes() {
    refused("issuer", claims().put("iss", "https://accounts.google.com"));
    refused("issuer", claims().put("iss", issuer + "/"));
    refused("audience", claims().put("aud", "them"));
    refused("audience", claims().put("aud", new JsonArray().add("us").add("them")));
    refused("party", claims().put("azp", "them"));
    long now = clock.instant().getEpochSecond();
    refused("ended", claims().put("exp", now - 61));
    refused("to come", claims().put("iat", now + 62));
    refused("to come", claims().put("nbf", now + 62));
    refused("no time", claims().put("exp", "never"));
    for (String needed : List.of("iss", "aud", "sub", "iat", "exp")) {
      JsonObject without = claims();
      without.remove(needed);
      refused(needed, without);
    }
    refused("subject", claims().put("sub", ""));
    refused("subject", claims().put("sub", "x".repeat(256)));
    refused("subject", claims().put("sub", 7));
  }

  @Test
  void nonces() {
    refused("another", claims().put("nonce", "m"));
    JsonObject without = claims();
    without.remove("nonce");
    refused("none", without);
    String plain = sign(rsa, without);
    assertEquals("1234", tokens.check(provider, plain, Optional.empty()).subject());
    String named = sign(rsa, claims());
    assertFails(FailureCode.UNAUTHENTICATED, () -> tokens.check(provider, named, Optional.empty()));
  }

  @Test
  void algorithmsAndKeys() {
    refused("nobody's key", sign(rsa("rsa-2"), claims()));
    refused("another's key under a known name", sign(rsa("rsa-1"), claims()));
    String good = sign(rsa, claims());
    String[] parts = good.split("\\.");
    refused("unsigned", header("none") + "." + parts[1] + ".");
    refused("unsigned", header("none") + "." + parts[1] + "." + parts[2]);
    refused("symmetric", header("HS256") + "." + parts[1] + "." + parts[2]);
    refused("wrong kind of key", header("ES256") + "." + parts[1] + "." + parts[2]);
    refused("not a token", "");
    refused("not a token", "a.b.c");
    refused("not a token", good + "x".repeat(10_000));
    JsonObject secret =
        new JsonObject().put("kty", "oct").put("kid", "s").put("alg", "HS256").put("k", "c2VjcmV0");
    published.add(secret);
    clock.advance(Duration.ofHours(2));
    refused("symmetric key that is published", sign(secret, claims()));
  }

  private static String header(String algorithm) {
    return BASE64.encodeToString(
        new JsonObject()
            .put("alg", algorithm)
            .put("kid", "rsa-1")
            .encode()
            .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void keysThatAreNewAreReadAndNotAtEveryToken() {
    check(sign(rsa, claims()));
    assertEquals(1, asked.get());
    JsonObject next = rsa("rsa-9");
    published = new JsonArray().add(open(next));
    refused("not read again yet", sign(next, claims()));
    assertEquals(1, asked.get());
    clock.advance(Duration.ofSeconds(30));
    check(sign(next, claims()));
    refused("gone", sign(rsa, claims()));
    assertEquals(2, asked.get());
  }

  @Test
  void aProviderThatIsAwayIsNoFaultOfTheToken() {
    Database.await(server.close());
    assertFails(FailureCode.UNAVAILABLE, () -> check(sign(rsa, claims())));
  }

  @Test
  void aBrowserIsSentOverHttpsOrToAHostThatIsLetThroughAndNowhereElse() {
    String name = "authorization_endpoint";
    for (Object bad :
        new Object[] {
          "",
          7,
          "/authorize",
          "authorize?x",
          "http://id.example.org/authorize",
          "http://127.0.0.2/authorize",
          "javascript:alert(1)//https://id.example.org",
          "data:text/html,x",
          "https:id.example.org",
          "https://ana@id.example.org/authorize",
          "https://id.example.org/authorize#x"
        }) {
      more = new JsonObject().put(name, bad);
      Failure told = endpointRefused(name);
      assertTrue(told.detail().contains("test") && told.detail().contains(name), told.detail());
    }
    more = new JsonObject();
    endpointRefused(name);
    endpointRefused("token_endpoint");
    // The first need not be known to a name server here.
    for (String good :
        List.of("https://id.nowhere.invalid/authorize?tenant=a", issuer + "/authorize")) {
      more = new JsonObject().put(name, good);
      assertEquals(good, new OidcDirectory(outbound, clock).endpoint(provider, name));
    }
  }

  private Failure endpointRefused(String name) {
    OidcDirectory directory = new OidcDirectory(outbound, clock);
    return assertFails(FailureCode.UNAVAILABLE, () -> directory.endpoint(provider, name));
  }

  @Test
  void aDocumentOfAnotherIssuerIsNotTaken() {
    OidcConfig.Provider slashed =
        new OidcConfig.Provider("slashed", issuer + "/", "us", Optional.empty());
    assertFails(
        FailureCode.UNAVAILABLE,
        () -> tokens.check(slashed, sign(rsa, claims()), Optional.of("n")));
  }
}
