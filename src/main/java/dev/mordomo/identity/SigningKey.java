package dev.mordomo.identity;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;

/**
 * A P-256 key that signs access tokens (ES256, RFC 7518), as a JWK (RFC 7517) named by its
 * thumbprint (RFC 7638).
 *
 * @param jwk with the private part
 * @param madeAt what its turn to sign is counted from
 */
record SigningKey(String id, JsonObject jwk, Instant madeAt) {
  private static final int COORDINATE_BYTES = 32;

  static SigningKey generate(Instant at) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      ECPublicKey open = (ECPublicKey) pair.getPublic();
      String x = coordinate(open.getW().getAffineX());
      String y = coordinate(open.getW().getAffineY());
      String id = thumbprint(x, y);
      return of(
          new JsonObject()
              .put("kty", "EC")
              .put("crv", "P-256")
              .put("x", x)
              .put("y", y)
              .put("d", coordinate(((ECPrivateKey) pair.getPrivate()).getS()))
              .put("alg", "ES256")
              .put("use", "sig")
              .put("kid", id),
          at);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("P-256 is part of every JDK", e);
    }
  }

  static SigningKey of(JsonObject jwk, Instant madeAt) {
    return new SigningKey(jwk.getString("kid"), jwk, madeAt);
  }

  /** What everybody may know: enough to verify, not to sign. */
  JsonObject open() {
    JsonObject open = jwk.copy();
    open.remove("d");
    return open;
  }

  /** Big-endian, without a sign, in the whole width of the field (RFC 7518, 6.2.1.2). */
  private static String coordinate(BigInteger number) {
    byte[] bytes = new byte[COORDINATE_BYTES];
    byte[] signed = number.toByteArray();
    int length = Math.min(signed.length, COORDINATE_BYTES);
    System.arraycopy(signed, signed.length - length, bytes, COORDINATE_BYTES - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String thumbprint(String x, String y) throws GeneralSecurityException {
    String members = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(x, y);
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(members.getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
