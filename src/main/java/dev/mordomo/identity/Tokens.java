package dev.mordomo.identity;

/**
 * What a sign-in or a refresh gives (RFC 6749, 5.1).
 *
 * @param tokenType {@code Bearer}
 * @param expiresIn seconds until the access token ends
 * @param refreshToken to be used once
 */
public record Tokens(String accessToken, String tokenType, long expiresIn, String refreshToken) {
  @Override
  public String toString() {
    return "Tokens[expiresIn=" + expiresIn + "]";
  }
}
