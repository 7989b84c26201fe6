package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Access tokens: JWTs (RFC 7519) signed with ES256 by the key whose turn it is, verified by any of
 * ours.
 */
final class AccessTokens {
  static final String ISSUER = "mordomo";
  private static final String ALGORITHM = "ES256";
  // The compact form (RFC 7515, 7.1) with the 64 bytes of an ES256 signature; the library is laxer.
  private static final Pattern FORM =
      Pattern.compile("[\\w-]{1,512}\\.[\\w-]{1,3072}\\.[\\w-]{86}");

  private final Vertx vertx;
  private final Duration ttl;
  private final InstantSource clock;
  private volatile Ring ring;

  /**
   * The keys, the newest first, and what each of them does.
   *
   * @param signers by key id; the one whose turn it is signs
   */
  private record Ring(List<SigningKey> keys, Map<String, JWTAuth> signers, JWTAuth verifier) {}

  AccessTokens(Vertx vertx, List<SigningKey> keys, Duration ttl, InstantSource clock) {
    this.vertx = vertx;
    this.ttl = ttl;
    this.clock = clock;
    this.ring = ring(keys);
  }

  /**
   * From now on these are the keys.
   *
   * @param newestFirst at least one
   */
  void use(List<SigningKey> newestFirst) {
    if (!newestFirst.isEmpty() && !ring.keys().equals(newestFirst)) {
      ring = ring(newestFirst);
    }
  }

  private Ring ring(List<SigningKey> keys) {
    // The end of a token is checked against our own clock, in Authentication.
    JWTAuthOptions options =
        new JWTAuthOptions()
            .setJWTOptions(new JWTOptions().setIssuer(ISSUER).setIgnoreExpiration(true));
    keys.forEach(key -> options.addJwk(key.open()));
    Map<String, JWTAuth> signers = new HashMap<>();
    keys.forEach(key ->
        signers.put(key.id(), JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key.jwk()))));
    return new Ring(List.copyOf(keys), Map.copyOf(signers), JWTAuth.create(vertx, options));
  }

  private static JWTAuth signer(Ring ring, Instant now) {
    String id = SigningKeys.signer(ring.keys(), now).id();
    return Objects.requireNonNull(ring.signers().get(id));
  }

  /** Whether a token names a key that is not among ours: it may have been made since. */
  boolean namesUnknownKey(String token) {
    if (!FORM.matcher(token).matches()) {
      return false;
    }
    try {
      byte[] header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
      JsonObject read = new JsonObject(new String(header, StandardCharsets.UTF_8));
      return read.getValue("kid") instanceof String kid && !ring.signers().containsKey(kid);
    } catch (IllegalArgumentException | DecodeException e) {
      return false;
    }
  }

  Duration ttl() {
    return ttl;
  }

  String issue(UUID userId, UUID tenantId, Role role, UUID sessionId) {
    Instant now = clock.instant();
    JsonObject claims =
        new JsonObject()
            .put("iss", ISSUER)
            .put("sub", userId.toString())
            .put("tid", tenantId.toString())
            .put("role", role.wire())
            .put("sid", sessionId.toString())
            .put("jti", Ids.next().toString())
            .put("iat", now.getEpochSecond())
            .put("exp", now.plus(ttl).getEpochSecond());
    return signer(ring, now)
        .generateToken(claims, new JWTOptions().setAlgorithm(ALGORITHM).setNoTimestamp(true));
  }

  /**
   * @return what the token says, whether it has expired or not; fails with {@code unauthenticated}
   *     when it is not ours
   */
  Future<AccessClaims> verify(String token) {
    if (!FORM.matcher(token).matches()) {
      return Future.failedFuture(refused());
    }
    // In a chain, since the library throws at some claims of a wrong type.
    return Future.succeededFuture(new TokenCredentials(token))
        .compose(ring.verifier()::authenticate)
        .map(AccessTokens::claims)
        .recover(e -> Future.failedFuture(refused()));
  }

  private static Failure refused() {
    return Failure.of(FailureCode.UNAUTHENTICATED, "the token is not valid; sign in");
  }

  private static AccessClaims claims(User user) {
    JsonObject claims = user.attributes().getJsonObject("accessToken");
    return new AccessClaims(
        UUID.fromString(claims.getString("sub")),
        UUID.fromString(claims.getString("tid")),
        UUID.fromString(claims.getString("sid")),
        Instant.ofEpochSecond(claims.getLong("exp")));
  }

  /** The public halves of the keys (RFC 7517, 5). */
  String jwks() {
    return new JsonObject()
        .put("keys", new JsonArray(ring.keys().stream().map(SigningKey::open).toList()))
        .encode();
  }
}
