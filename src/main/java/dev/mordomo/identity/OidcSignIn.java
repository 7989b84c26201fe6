package dev.mordomo.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Outbound;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in by a provider of OpenID Connect: with an ID token that a client has, or by the
 * authorization code flow with PKCE (RFC 7636), whose verifier never leaves the client before the
 * code does. The server keeps nothing between the two steps: {@code state} holds it, sealed, so
 * that any node can go on.
 *
 * <p>Whose a token is: the user that its issuer and subject were linked to; else, when the provider
 * has verified the e-mail, the user who has it, unless another subject of the issuer was linked to
 * them; else a new member of the tenant for signing up, where there is one.
 */
public final class OidcSignIn {
  private static final Logger LOG = LoggerFactory.getLogger(OidcSignIn.class);
  private static final String SEALED_AS = "identity.oidc.state";
  private static final Duration STATE_KEPT = Duration.ofMinutes(10);
  private static final Pattern CHALLENGE = Pattern.compile("[\\w-]{43}");
  private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_PICTURE = 2048;

  private final OidcConfig config;
  private final OidcDirectory directory;
  private final IdTokens tokens;
  private final OidcStore store;
  private final Sessions sessions;
  private final SignInGuard guard;
  private final Outbound outbound;
  private final Keyring keyring;
  private final InstantSource clock;

  OidcSignIn(
      OidcConfig config,
      OidcDirectory directory,
      IdTokens tokens,
      OidcStore store,
      Sessions sessions,
      SignInGuard guard,
      Outbound outbound,
      Keyring keyring,
      InstantSource clock) {
    this.config = config;
    this.directory = directory;
    this.tokens = tokens;
    this.store = store;
    this.sessions = sessions;
    this.guard = guard;
    this.outbound = outbound;
    this.keyring = keyring;
    this.clock = clock;
  }

  /** Where the client is to send its user, and what it compares when they come back. */
  public record Started(String authorizationUrl, String state) {}

  /** What is known between the two steps. */
  private record State(
      String provider, String nonce, String redirectUri, String challenge, long until) {}

  /** Their names, in the order of the settings. */
  public List<String> providers() {
    return config.providers().stream().map(OidcConfig.Provider::name).toList();
  }

  /**
   * Begins the code flow.
   *
   * @param challenge S256 of the client's verifier
   * @param redirectUri one of the client's own, which the caller has checked
   */
  public Started start(String provider, String challenge, String redirectUri) {
    OidcConfig.Provider found = named(provider);
    if (!CHALLENGE.matcher(challenge).matches()) {
      throw Failure.invalid("code_challenge", "expected a SHA-256 in base64url (S256)");
    }
    String nonce = OpaqueToken.next();
    Instant until = clock.instant().plus(STATE_KEPT);
    String state =
        seal(new State(found.name(), nonce, redirectUri, challenge, until.getEpochSecond()));
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", found.clientId());
    query.put("redirect_uri", redirectUri);
    query.put("scope", "openid email profile");
    query.put("state", state);
    query.put("nonce", nonce);
    query.put("code_challenge", challenge);
    query.put("code_challenge_method", "S256");
    String endpoint = directory.endpoint(found, "authorization_endpoint");
    char mark = endpoint.indexOf('?') < 0 ? '?' : '&';
    return new Started(endpoint + mark + form(query), state);
  }

  /**
   * Ends the code flow.
   *
   * @param address of the client, to slow who guesses
   * @throws Failure {@code unauthenticated}
   */
  public Tokens finish(
      String provider,
      String code,
      String state,
      String verifier,
      String address,
      String userAgent) {
    OidcConfig.Provider found = named(provider);
    return guarded(
        address,
        () -> {
          State opened =
              open(state).filter(s -> fits(s, found, verifier)).orElseThrow(IdTokens::refused);
          String idToken = exchange(found, code, opened.redirectUri(), verifier);
          return enter(
              tokens.check(found, idToken, Optional.of(opened.nonce())), address, userAgent);
        });
  }

  /**
   * With an ID token that a client got by itself.
   *
   * @param nonce that the client asked for; required when the token names one
   * @throws Failure {@code unauthenticated}
   */
  public Tokens signIn(
      String provider, String idToken, Optional<String> nonce, String address, String userAgent) {
    OidcConfig.Provider found = named(provider);
    return guarded(address, () -> enter(tokens.check(found, idToken, nonce), address, userAgent));
  }

  private Tokens guarded(String address, java.util.function.Supplier<Tokens> work) {
    SignInGuard.Attempt attempt = guard.begin("oidc " + address, address);
    try {
      Tokens made = work.get();
      attempt.succeeded();
      return made;
    } catch (Failure e) {
      if (e.code() != FailureCode.UNAUTHENTICATED) {
        attempt.forgive();
      }
      throw e;
    }
  }

  private OidcConfig.Provider named(String name) {
    return config
        .named(name)
        .orElseThrow(() -> Failure.invalid("provider", "expected one of " + providers()));
  }

  private boolean fits(State state, OidcConfig.Provider provider, String verifier) {
    return state.provider().equals(provider.name())
        && clock.instant().getEpochSecond() < state.until()
        && VERIFIER.matcher(verifier).matches()
        && MessageDigest.isEqual(
            state.challenge().getBytes(StandardCharsets.US_ASCII),
            Base64.getUrlEncoder().withoutPadding().encode(OpaqueToken.hash(verifier)));
  }

  private String exchange(
      OidcConfig.Provider provider, String code, String redirectUri, String verifier) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("grant_type", "authorization_code");
    body.put("code", code);
    body.put("redirect_uri", redirectUri);
    body.put("code_verifier", verifier);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/x-www-form-urlencoded");
    headers.put("Accept", "application/json");
    if (provider.clientSecret().isPresent() && !directory.wantsSecretInBody(provider)) {
      String pair = encoded(provider.clientId()) + ":" + encoded(provider.clientSecret().get());
      headers.put(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    } else {
      body.put("client_id", provider.clientId());
      provider.clientSecret().ifPresent(value -> body.put("client_secret", value));
    }
    Outbound.Reply reply =
        outbound.post(
            "the identity provider",
            directory.endpoint(provider, "token_endpoint"),
            headers,
            form(body));
    if (reply.status() != 200) {
      LOG.info("the provider {} gave no tokens for a code: {}", provider.name(), reply.status());
      throw IdTokens.refused();
    }
    JsonNode token;
    try {
      token = Json.read(reply.body()).path("id_token");
    } catch (Failure e) {
      throw IdTokens.refused();
    }
    return token.asText();
  }

  private Tokens enter(OidcClaims claims, String address, String userAgent) {
    Account account = account(claims).orElseThrow(IdTokens::refused);
    claims
        .picture()
        .filter(url -> url.startsWith("https://") && url.length() <= LONGEST_PICTURE)
        .ifPresent(url -> store.show(account.userId(), url));
    return sessions.begin(account, address, userAgent);
  }

  private Optional<Account> account(OidcClaims claims) {
    Optional<OidcStore.Found> known = store.find(claims.issuer(), claims.subject());
    if (known.isPresent()) {
      return known.filter(OidcStore.Found::usable).map(OidcStore.Found::account);
    }
    Optional<String> email = claims.email().flatMap(OidcSignIn::usableEmail);
    if (email.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<Account> linked =
        config.linkByEmail() ? store.link(claims, email.get(), now) : Optional.empty();
    return linked.or(() ->
        config
            .signUpTenant()
            .flatMap(tenant ->
                store.signUp(claims, email.get(), name(claims, email.get()), tenant, now)));
  }

  private static Optional<String> usableEmail(String email) {
    try {
      return Optional.of(Emails.checked("email", email));
    } catch (Failure e) {
      return Optional.empty();
    }
  }

  private static String name(OidcClaims claims, String email) {
    String name = claims.name().orElse("").replaceAll("\\p{Cntrl}", " ").strip();
    String given = name.isEmpty() ? email.substring(0, email.indexOf('@')) : name;
    return given.substring(0, Math.min(given.length(), LONGEST_NAME));
  }

  private String seal(State state) {
    byte[] sealed = keyring.seal(SEALED_AS, Json.write(state).getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
  }

  private Optional<State> open(String state) {
    try {
      byte[] sealed = Base64.getUrlDecoder().decode(state);
      return Optional.of(
          Json.read(
              new String(keyring.open(SEALED_AS, sealed), StandardCharsets.UTF_8), State.class));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    } catch (Failure e) {
      if (e.code() == FailureCode.UNAVAILABLE) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
