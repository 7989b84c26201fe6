package dev.mordomo.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Users, by an administrator of their tenant, by the superuser, or by themselves. Every method
 * waits, on a virtual thread; a user whom the scope may not see is {@code not_found}, and what its
 * role may not do to one whom it sees is {@code forbidden}.
 */
public final class Users {
  private static final int LISTED = 200;
  private static final Duration SETTINGS_KEPT = Duration.ofSeconds(30);
  private static final long MOST_SETTINGS = 20_000;

  private final Database database;
  private final UserStore store;
  private final Passwords passwords;
  private final Sessions sessions;
  private final SignInGuard guard;
  private final Bus bus;
  private final InstantSource clock;
  private final Cache<UUID, UserSettings> settings;

  Users(
      Database database,
      UserStore store,
      Passwords passwords,
      Sessions sessions,
      SignInGuard guard,
      Bus bus,
      InstantSource clock) {
    this.database = database;
    this.store = store;
    this.passwords = passwords;
    this.sessions = sessions;
    this.guard = guard;
    this.bus = bus;
    this.clock = clock;
    this.settings =
        Caffeine.newBuilder()
            .maximumSize(MOST_SETTINGS)
            .expireAfterWrite(SETTINGS_KEPT)
            .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
            .build();
  }

  /**
   * @throws Failure {@code invalid}, {@code conflict} when the e-mail is taken anywhere in the
   *     installation, {@code forbidden} for a role above the caller's
   */
  public User create(Scope scope, User.Draft draft) {
    requireAdmin(scope);
    String email = Emails.checked("email", draft.email());
    String name = ProfileRules.checkedName(draft.name());
    UUID tenant = draft.tenantId().orElse(scope.tenantId());
    if (!scope.isSuperuser() && !tenant.equals(scope.tenantId())) {
      throw Failure.invalid("tenant_id", "there is no such tenant");
    }
    requireCovers(scope, draft.role());
    draft.password().ifPresent(password -> Passwords.check("password", password));
    Optional<String> hash = draft.password().map(passwords::hash);
    UserStore.NewUser user =
        new UserStore.NewUser(Ids.next(), tenant, email, hash, name, draft.role());
    Deed.about(tenant, user.id());
    database.as(
        scope,
        connection -> {
          store.insert(connection, user, clock.instant());
          Once.made(connection, visible(scope, store.get(connection, user.id())));
          return user;
        });
    return get(scope, user.id());
  }

  /** One's own row, or one that an administrator may see. */
  public User get(Scope scope, UUID id) {
    User user = database.as(scope, c -> visible(scope, store.get(c, id)));
    Deed.about(user.tenantId(), id);
    return withLastMessages(List.of(user)).getFirst();
  }

  /**
   * @param email as somebody typed it
   * @throws Failure {@code not_found}
   */
  User byEmail(Scope scope, String email) {
    return database.as(scope, c -> visible(scope, store.byEmail(c, Emails.normalised(email))));
  }

  /**
   * As whom a command of whoever operates the installation works: the user of this e-mail, or the
   * oldest superuser.
   *
   * @throws Failure {@code not_found}
   */
  public Scope operator(Optional<String> email) {
    Scope installation = new Scope(new UUID(0, 0), new UUID(0, 0), Role.SUPERUSER.wire());
    User user =
        email
            .map(e -> byEmail(installation, e))
            .or(() -> firstSuperuser(installation))
            .orElseThrow(() ->
                Failure.of(
                    FailureCode.NOT_FOUND,
                    "there is no superuser yet: start the server once, or name a user"));
    return new Scope(user.tenantId(), user.id(), user.role().wire());
  }

  private Optional<User> firstSuperuser(Scope installation) {
    Optional<UUID> after = Optional.empty();
    while (true) {
      List<User> some = list(installation, Optional.empty(), after, LISTED);
      Optional<User> found =
          some.stream().filter(u -> u.role() == Role.SUPERUSER && u.isActive()).findFirst();
      if (found.isPresent() || some.size() < LISTED) {
        return found;
      }
      after = Optional.of(some.getLast().id());
    }
  }

  /** Who speaks. */
  public User me(Scope scope) {
    return get(scope, scope.userId());
  }

  /** As {@link #list(Scope, Optional, Optional, Optional, int)}, whatever their names. */
  public List<User> list(Scope scope, Optional<UUID> tenantId, Optional<UUID> after, int limit) {
    return list(scope, tenantId, Optional.empty(), after, limit);
  }

  /**
   * @param tenantId empty: all that the caller may see
   * @param words what their name or e-mail holds, whatever its capitals; empty: anything
   * @return by id, so oldest first
   */
  public List<User> list(
      Scope scope,
      Optional<UUID> tenantId,
      Optional<String> words,
      Optional<UUID> after,
      int limit) {
    requireAdmin(scope);
    if (!scope.isSuperuser() && !tenantId.orElse(scope.tenantId()).equals(scope.tenantId())) {
      return List.of();
    }
    Optional<UUID> wanted = scope.isSuperuser() ? tenantId : Optional.of(scope.tenantId());
    Optional<String> lower = words.map(text -> text.strip().toLowerCase(Locale.ROOT));
    return withLastMessages(database.as(scope, c -> store.list(c, wanted, lower, after, limit)));
  }

  /**
   * A new password ends the user's sessions; deactivating them does, too, and is announced.
   *
   * @throws Failure {@code forbidden} for somebody or a role above the caller's, and for one's own
   *     role and activity
   */
  public User change(Scope scope, UUID id, User.Change change) {
    requireAdminOver(scope, id);
    Optional<String> name = change.name().map(ProfileRules::checkedName);
    change.role().ifPresent(role -> requireCovers(scope, role));
    change.password().ifPresent(password -> Passwords.check("password", password));
    if (id.equals(scope.userId()) && (change.role().isPresent() || change.isActive().isPresent())) {
      throw forbidden("your own role and activity are changed by another administrator");
    }
    Optional<String> hash = change.password().map(passwords::hash);
    User.Change checked =
        new User.Change(name, change.role(), change.isActive(), change.password());
    User before =
        database.as(
            scope,
            connection -> {
              User found = visible(scope, store.lock(connection, id));
              Deed.about(found.tenantId(), id);
              requireCovers(scope, found.role());
              store.change(connection, id, checked, hash, clock.instant());
              return found;
            });
    boolean disabled = before.isActive() && !change.isActive().orElse(true);
    if (hash.isPresent() || disabled) {
      sessions.endAll(before.tenantId(), id);
    }
    if (disabled) {
      announceDisabled(before);
    }
    return get(scope, id);
  }

  /**
   * Ends every session of a user; they may sign in again, and their API keys stay.
   *
   * @throws Failure {@code forbidden} for somebody above the caller's role
   */
  public void signOut(Scope scope, UUID id) {
    requireAdminOver(scope, id);
    User user = get(scope, id);
    requireCovers(scope, user.role());
    sessions.endAll(user.tenantId(), id);
  }

  /**
   * The user is gone for everybody at once; the e-mail is free again.
   *
   * @param also done last in the transaction that says so
   * @return what that gave
   * @throws Failure {@code forbidden} for somebody above the caller's role, and for oneself
   */
  public <T> T delete(Scope scope, UUID id, BiFunction<SqlConnection, User, T> also) {
    record Gone<T>(User user, T also) {}
    requireAdminOver(scope, id);
    if (id.equals(scope.userId())) {
      throw forbidden("you are deleted by another administrator");
    }
    Gone<T> gone =
        database.as(
            scope,
            connection -> {
              User found = visible(scope, store.lock(connection, id));
              Deed.about(found.tenantId(), id);
              requireCovers(scope, found.role());
              store.delete(connection, id, clock.instant());
              return new Gone<>(found, also.apply(connection, found));
            });
    sessions.endAll(gone.user().tenantId(), id);
    announceDisabled(gone.user());
    settings.invalidate(id);
    return gone.also();
  }

  /**
   * @throws Failure {@code invalid} naming every bad field
   */
  public User changeProfile(Scope scope, User.Profile profile) {
    User.Profile checked = ProfileRules.checked(profile);
    database.as(
        scope,
        connection -> {
          User me = visible(scope, store.lock(connection, scope.userId()));
          store.change(connection, me.id(), checked, clock.instant());
          return me;
        });
    settings.invalidate(scope.userId());
    return me(scope);
  }

  /**
   * One's own password; every session ends.
   *
   * @throws Failure {@code invalid} when the current one is wrong or the new one is weak
   */
  public void changePassword(Scope scope, String current, String password) {
    Passwords.check("password", password);
    Optional<String> hash = database.as(scope, c -> store.passwordHash(c, scope.userId()));
    // A stolen access token is no way to guess the password.
    String self = "user " + scope.userId();
    SignInGuard.Attempt attempt = guard.begin(self, self);
    if (!isRight(attempt, current, hash)) {
      throw Failure.invalid("current_password", "it is another one");
    }
    attempt.succeeded();
    Optional<String> renewed = Optional.of(passwords.hash(password));
    User.Change nothingElse =
        new User.Change(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    database.as(
        scope,
        connection -> {
          store.change(connection, scope.userId(), nothingElse, renewed, clock.instant());
          return renewed;
        });
    sessions.endAll(scope.tenantId(), scope.userId());
  }

  private boolean isRight(SignInGuard.Attempt attempt, String password, Optional<String> hash) {
    try {
      return passwords.matches(password, hash);
    } catch (Failure e) {
      attempt.forgive();
      throw e;
    }
  }

  /** The user's locale and zone, as they were at most 30 seconds ago. */
  public UserSettings settings(Scope scope) {
    UserSettings known = settings.getIfPresent(scope.userId());
    if (known != null) {
      return known;
    }
    User user = database.as(scope, c -> visible(scope, store.get(c, scope.userId())));
    UserSettings read = new UserSettings(user.locale(), ZoneId.of(user.timeZone()));
    settings.put(scope.userId(), read);
    return read;
  }

  private List<User> withLastMessages(List<User> users) {
    if (users.isEmpty()) {
      return users;
    }
    Map<UUID, Instant> times = store.lastMessages(database, users);
    return users.stream()
        .map(user ->
            Optional.ofNullable(times.get(user.id())).map(user::withInteraction).orElse(user))
        .toList();
  }

  private void announceDisabled(User user) {
    bus.publish(
        IdentityEvent.USER_DISABLED, new IdentityEvent.UserDisabled(user.tenantId(), user.id()));
  }

  /** Members see themselves alone, administrators their tenant, which the policies hold. */
  private static User visible(Scope scope, Optional<User> user) {
    return user.filter(u -> scope.isAdmin() || u.id().equals(scope.userId()))
        .orElseThrow(() -> Failure.notFound("the user"));
  }

  private static void requireAdmin(Scope scope) {
    if (!scope.isAdmin()) {
      throw forbidden("only for an administrator");
    }
  }

  /** Whom one may not see, one may not know to be there: only of oneself it is said. */
  private static void requireAdminOver(Scope scope, UUID id) {
    if (!scope.isAdmin() && !id.equals(scope.userId())) {
      throw Failure.notFound("the user");
    }
    requireAdmin(scope);
  }

  private static void requireCovers(Scope scope, Role role) {
    if (!Role.of(scope).covers(role)) {
      throw forbidden("the role " + role.wire() + " is above yours");
    }
  }

  private static Failure forbidden(String detail) {
    return Failure.of(FailureCode.FORBIDDEN, detail);
  }

  /** Somebody is erased, or a whole tenant: settings are read anew. */
  void forgetErased() {
    settings.invalidateAll();
  }
}
