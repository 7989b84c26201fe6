package dev.mordomo.identity;

import dev.mordomo.identity.CredentialStore.Login;
import dev.mordomo.identity.RefreshTokenStore.Session;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signing in, staying signed in, signing out. Every method waits, on a virtual thread. */
public final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final int PURGED_AT_ONCE = 1000;
  private static final int LONGEST_AGENT = 300;

  private final CredentialStore credentials;
  private final RefreshTokenStore refreshTokens;
  private final Passwords passwords;
  private final AccessTokens accessTokens;
  private final SignInGuard guard;
  private final Bus bus;
  private final IdentityConfig config;
  private final InstantSource clock;

  Sessions(
      CredentialStore credentials,
      RefreshTokenStore refreshTokens,
      Passwords passwords,
      AccessTokens accessTokens,
      SignInGuard guard,
      Bus bus,
      IdentityConfig config,
      InstantSource clock) {
    this.credentials = credentials;
    this.refreshTokens = refreshTokens;
    this.passwords = passwords;
    this.accessTokens = accessTokens;
    this.guard = guard;
    this.bus = bus;
    this.config = config;
    this.clock = clock;
  }

  /**
   * @param address of the client, to slow who guesses
   * @throws Failure {@code unauthenticated}, the same for an unknown user, a wrong password and a
   *     switched-off account; {@code rate_limited} after several failures
   */
  public Tokens signIn(String email, String password, String address) {
    return signIn(email, password, address, "");
  }

  /**
   * @param userAgent what the client calls itself, for the list of sessions
   */
  public Tokens signIn(String email, String password, String address, String userAgent) {
    String account = Emails.normalised(email);
    SignInGuard.Attempt attempt = guard.begin(account, address);
    Optional<Login> login;
    boolean right;
    try {
      login = credentials.login(account);
      right = passwords.matches(password, login.flatMap(Login::passwordHash));
    } catch (Failure e) {
      attempt.forgive();
      throw e;
    }
    login.map(Login::account).ifPresent(a -> Deed.triedAs(a.tenantId(), a.userId()));
    if (!right || !login.map(Login::usable).orElse(false)) {
      throw Failure.of(FailureCode.UNAUTHENTICATED, "the e-mail or the password is wrong");
    }
    attempt.succeeded();
    login.ifPresent(l -> renewHash(l, password));
    return begin(login.orElseThrow().account(), address, userAgent);
  }

  /** A new session of a user whose proof was checked elsewhere. */
  Tokens begin(Account account, String address, String userAgent) {
    String agent = userAgent.replaceAll("\\p{Cntrl}", " ").strip();
    Session session =
        new Session(
            account,
            Ids.next(),
            agent.substring(0, Math.min(agent.length(), LONGEST_AGENT)),
            address);
    String token = OpaqueToken.next();
    Instant now = clock.instant();
    Deed.by(account.tenantId(), account.userId());
    Deed.about(session.family());
    refreshTokens.begin(
        Ids.next(), session, OpaqueToken.hash(token), now, now.plus(config.refreshTokenTtl()));
    return tokens(session, token);
  }

  /** As {@link #refresh(String, String)}, from nowhere in particular. */
  public Tokens refresh(String refreshToken) {
    return refresh(refreshToken, "");
  }

  /**
   * Uses a refresh token up for new tokens. One that was used before has been copied: its whole
   * family ends.
   *
   * @param address of the client, for the list of sessions
   * @throws Failure {@code unauthenticated} when it cannot be used
   */
  public Tokens refresh(String refreshToken, String address) {
    byte[] hash = OpaqueToken.hash(refreshToken);
    String successor = OpaqueToken.next();
    Instant now = clock.instant();
    Optional<Session> session =
        refreshTokens.rotate(
            hash,
            Ids.next(),
            OpaqueToken.hash(successor),
            address,
            now,
            now.plus(config.refreshTokenTtl()));
    if (session.isPresent()) {
      return tokens(session.get(), successor);
    }
    refreshTokens
        .endIfReused(hash, now)
        .ifPresent(ended -> {
          Deed.triedAs(ended.tenantId(), ended.userId());
          LOG.warn("a refresh token of user {} was used twice: session ended", ended.userId());
          bus.publish(IdentityEvent.SESSION_ENDED, ended);
        });
    throw Failure.of(FailureCode.UNAUTHENTICATED, "the refresh token is not valid; sign in");
  }

  /** Ends the session that a refresh token belongs to; nothing happens when there is none. */
  public void signOut(String refreshToken) {
    refreshTokens
        .endFamilyOf(OpaqueToken.hash(refreshToken), clock.instant())
        .ifPresent(ended -> {
          Deed.by(ended.tenantId(), ended.userId());
          ended.sessionId().ifPresent(Deed::about);
          bus.publish(IdentityEvent.SESSION_ENDED, ended);
        });
  }

  /** Ends every session of the user whose running session a refresh token belongs to. */
  public void signOutEverywhere(String refreshToken) {
    refreshTokens
        .endFamilyOf(OpaqueToken.hash(refreshToken), clock.instant())
        .ifPresent(ended -> {
          Deed.by(ended.tenantId(), ended.userId());
          endAll(ended.tenantId(), ended.userId());
        });
  }

  /** Ends the session that speaks; an API key has none. */
  public void signOut(Principal principal) {
    Scope scope = principal.scope();
    Deed.by(scope.tenantId(), scope.userId());
    if (principal.kind() == CredentialKind.JWT) {
      UUID session = UUID.fromString(principal.sessionId());
      refreshTokens.endFamily(scope.tenantId(), scope.userId(), session, clock.instant());
      bus.publish(
          IdentityEvent.SESSION_ENDED,
          new IdentityEvent.SessionEnded(scope.tenantId(), scope.userId(), Optional.of(session)));
    }
  }

  /** One's own sessions that go on, the oldest first. */
  public List<SignIn> list(Principal principal, Optional<UUID> after, int limit) {
    UUID current = UUID.fromString(principal.sessionId());
    return refreshTokens.list(principal.scope(), current, clock.instant(), after, limit);
  }

  /**
   * Ends one of one's own sessions: its sockets close, and its tokens are refused.
   *
   * @throws Failure {@code not_found} when there is none that goes on
   */
  public void end(Scope scope, UUID session) {
    if (!refreshTokens.endFamily(scope.tenantId(), scope.userId(), session, clock.instant())) {
      throw Failure.notFound("the session");
    }
    bus.publish(
        IdentityEvent.SESSION_ENDED,
        new IdentityEvent.SessionEnded(scope.tenantId(), scope.userId(), Optional.of(session)));
  }

  /** Ends every session of the user; API keys stay. */
  public void signOutEverywhere(Scope scope) {
    Deed.by(scope.tenantId(), scope.userId());
    endAll(scope.tenantId(), scope.userId());
  }

  void endAll(UUID tenantId, UUID userId) {
    refreshTokens.endAll(tenantId, userId, clock.instant());
    bus.publish(
        IdentityEvent.SESSION_ENDED,
        new IdentityEvent.SessionEnded(tenantId, userId, Optional.empty()));
  }

  /** Deletes tokens that have ended, once their last access token has, too; gives how many. */
  int purge() {
    return refreshTokens.purge(clock.instant().minus(config.accessTokenTtl()), PURGED_AT_ONCE);
  }

  private void renewHash(Login login, String password) {
    login
        .passwordHash()
        .filter(passwords::isOutdated)
        .ifPresent(old ->
            credentials.replaceHash(login.account().userId(), old, passwords.hash(password)));
  }

  private Tokens tokens(Session session, String refreshToken) {
    Account account = session.account();
    String access =
        accessTokens.issue(account.userId(), account.tenantId(), account.role(), session.family());
    return new Tokens(access, "Bearer", accessTokens.ttl().toSeconds(), refreshToken);
  }
}
