package dev.mordomo.identity;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Outbound;
import dev.mordomo.kernel.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Consumer;

/** Who there is and who speaks: the one door to identity. */
public final class IdentityService {
  private final AccessTokens accessTokens;
  private final Authentication authentication;
  private final Passwords passwords;
  private final Sessions sessions;
  private final ApiKeys apiKeys;
  private final Users users;
  private final Tenants tenants;
  private final Bootstrap bootstrap;
  private final SigningKeys signingKeys;
  private final AccessWatch watch;
  private final OidcSignIn oidc;
  private final Guests guests;
  private final SignInGuard guard;

  /** Reads the signing keys, or makes the first: to be called where one may wait. */
  public IdentityService(
      Vertx vertx,
      Database database,
      Bus bus,
      Keyring keyring,
      Outbound outbound,
      IdentityConfig config,
      InstantSource clock) {
    CredentialStore credentials = new CredentialStore(database);
    UserStore userStore = new UserStore();
    TenantStore tenantStore = new TenantStore();
    guard = new SignInGuard(config, new SignInFailureStore(database), clock);
    passwords = new Passwords(vertx, config);
    SigningKeyStore keyStore = new SigningKeyStore(database, keyring);
    accessTokens =
        new AccessTokens(
            vertx,
            keyStore.loadOrMake(clock.instant().truncatedTo(ChronoUnit.MICROS)),
            config.accessTokenTtl(),
            clock);
    signingKeys = new SigningKeys(keyStore, accessTokens, config, clock);
    authentication = new Authentication(accessTokens, signingKeys, credentials, config, clock);
    watch = new AccessWatch(new AccessChangeStore(database), config.statusCheck());
    watch.follow(authentication::hear);
    sessions =
        new Sessions(
            credentials,
            new RefreshTokenStore(database),
            passwords,
            accessTokens,
            guard,
            bus,
            config,
            clock);
    OidcDirectory directory = new OidcDirectory(outbound, clock);
    oidc =
        new OidcSignIn(
            config.oidc(),
            directory,
            new IdTokens(vertx, directory, clock),
            new OidcStore(database),
            sessions,
            guard,
            outbound,
            keyring,
            clock);
    guests = new Guests(new GuestStore(database), sessions, config, clock);
    apiKeys = new ApiKeys(new ApiKeyStore(database), authentication, clock);
    users = new Users(database, userStore, passwords, sessions, guard, bus, clock);
    tenants = new Tenants(database, tenantStore, new UsageStore(), bus, clock);
    bootstrap = new Bootstrap(database, userStore, tenantStore, passwords, config, clock);
  }

  /**
   * Whose a token is. Never waits: also for event loops.
   *
   * @param bearer a JWT or an API key, as it came from outside
   * @return fails with {@code unauthenticated}, or {@code token_expired} for a JWT of ours that has
   *     ended
   */
  public Future<Principal> authenticate(String bearer) {
    return authentication.authenticate(bearer);
  }

  /**
   * Whether who was authenticated may still go on: their user, tenant, session or key may have been
   * switched off. The answer is at most {@code identity.status_check} old. The end of a JWT is not
   * looked at.
   */
  public Future<Boolean> isLive(Principal principal) {
    return authentication.isLive(principal);
  }

  /** The public keys of access tokens, as a JWK set in JSON. */
  public String jwks() {
    return accessTokens.jwks();
  }

  public Sessions sessions() {
    return sessions;
  }

  public OidcSignIn oidc() {
    return oidc;
  }

  public Guests guests() {
    return guests;
  }

  public ApiKeys apiKeys() {
    return apiKeys;
  }

  public Users users() {
    return users;
  }

  public Tenants tenants() {
    return tenants;
  }

  /** See {@link Bootstrap#run}. */
  public java.util.Optional<Bootstrap.FirstStart> bootstrap(Settings settings) {
    return bootstrap.run(settings);
  }

  /**
   * Tells a listener on this node who is out from now on: as soon as the bus says it, and in any
   * case within {@code identity.status_check}. It may hear the same twice.
   *
   * @param listener does not wait
   */
  public void follow(Consumer<IdentityEvent> listener) {
    watch.follow(listener);
  }

  /** Remembers nothing of a user, or of the users of a tenant, who are erased. */
  public void forget(UUID subject) {
    authentication.forgetErased(subject);
    users.forgetErased();
  }

  /** A new key for access tokens, which signs in ten minutes; the old ones end by themselves. */
  public void rotateSigningKey() {
    signingKeys.rotate();
  }

  /**
   * A new key for access tokens in place of all others, at once, for when one was stolen: every
   * access token is refused from now on, on other nodes within {@code identity.status_check};
   * refresh tokens go on.
   */
  public void revokeSigningKeys() {
    signingKeys.revoke();
  }

  /** What the verticle drives. */
  Authentication authentication() {
    return authentication;
  }

  SigningKeys signingKeys() {
    return signingKeys;
  }

  AccessWatch watch() {
    return watch;
  }

  SignInGuard guard() {
    return guard;
  }

  Passwords passwords() {
    return passwords;
  }

  /** Ends the threads that hash passwords. */
  public Future<Void> close() {
    return passwords.close();
  }
}
