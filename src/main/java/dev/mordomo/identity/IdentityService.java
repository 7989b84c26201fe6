package dev.mordomo.identity;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Secret;
import dev.mordomo.kernel.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;

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

  /** Reads the signing keys, or makes the first: to be called where one may wait. */
  public IdentityService(
      Vertx vertx,
      Database database,
      Bus bus,
      Secret secret,
      IdentityConfig config,
      InstantSource clock) {
    CredentialStore credentials = new CredentialStore(database);
    UserStore userStore = new UserStore();
    TenantStore tenantStore = new TenantStore();
    SignInGuard guard = new SignInGuard(config, clock);
    passwords = new Passwords(vertx, config);
    accessTokens =
        new AccessTokens(
            vertx,
            new SigningKeyStore(database, secret).loadOrMake(),
            config.accessTokenTtl(),
            clock);
    authentication = new Authentication(accessTokens, credentials, config, clock);
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

  /** What the verticle drives. */
  Authentication authentication() {
    return authentication;
  }

  Passwords passwords() {
    return passwords;
  }

  /** Ends the threads that hash passwords. */
  public Future<Void> close() {
    return passwords.close();
  }
}
