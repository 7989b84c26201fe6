package dev.mordomo.ops.setting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.LiveKey;
import dev.mordomo.kernel.LiveSettings;
import dev.mordomo.kernel.LiveSettings.Place;
import dev.mordomo.kernel.Scope;
import dev.mordomo.ops.setting.ConfigStore.Stored;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Settings that change while the server runs. Every method waits, on a virtual thread. */
public final class ConfigService {
  private final Database database;
  private final ConfigStore store;
  private final LiveSettings live;
  private final InstantSource clock;
  private final List<Consumer<ConfigChange>> listeners = new CopyOnWriteArrayList<>();
  private volatile Map<Place, Stored> known = Map.of();
  private final AtomicLong reads = new AtomicLong();
  private long applied;

  /**
   * @param live what is kept in step with the table
   */
  public ConfigService(Database database, LiveSettings live, InstantSource clock) {
    this.database = database;
    this.store = new ConfigStore(database);
    this.live = live;
    this.clock = clock;
  }

  /** Hears of every change that this node begins to use; may not wait. */
  public void follow(Consumer<ConfigChange> listener) {
    listeners.add(listener);
  }

  /** All keys, as they are for the scope's tenant. */
  public List<ConfigEntry> list(Scope scope) {
    return live.keys().stream().map(key -> entry(key, scope.tenantId(), scope.isAdmin())).toList();
  }

  /**
   * @throws Failure {@code not_found}
   */
  public ConfigEntry get(Scope scope, String name) {
    return entry(
        live.key(name).orElseThrow(() -> Failure.notFound("the key")),
        scope.tenantId(),
        scope.isAdmin());
  }

  /** A key as it is for a tenant, without who set it. */
  public Optional<ConfigEntry> of(UUID tenant, String name) {
    return live.key(name).map(key -> entry(key, tenant, false));
  }

  /**
   * Changes values: the superuser those of the installation, an administrator the tenant's own.
   *
   * @param wanted by key; empty: what is below it is to hold again
   * @throws Failure {@code forbidden}, or {@code invalid} naming every key that cannot be changed
   *     so
   */
  public void change(Scope scope, Map<String, Optional<JsonNode>> wanted) {
    if (!scope.isAdmin()) {
      throw Failure.of(FailureCode.FORBIDDEN, "only for an administrator");
    }
    List<FieldError> errors = new ArrayList<>();
    wanted.forEach((name, value) ->
        wrong(scope, name, value).ifPresent(what -> errors.add(new FieldError(name, what))));
    if (!errors.isEmpty()) {
      throw Failure.invalid(errors);
    }
    if (wanted.isEmpty()) {
      return;
    }
    Optional<UUID> tenant = scope.isSuperuser() ? Optional.empty() : Optional.of(scope.tenantId());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    database.as(
        scope,
        connection -> {
          wanted.forEach(
              (name, value) -> store.put(connection, scope, new Place(tenant, name), value, now));
          store.wake(connection);
          return now;
        });
    refresh();
  }

  private Optional<String> wrong(Scope scope, String name, Optional<JsonNode> value) {
    Optional<LiveKey<?>> found = live.key(name);
    if (found.isEmpty()) {
      return Optional.of("is no setting that changes while the server runs");
    }
    LiveKey<?> key = found.get();
    if (key.isLocked()) {
      return Optional.of("is held fast by " + key.origin() + " in the server's environment");
    }
    if (key.everywhere() && !scope.isSuperuser()) {
      return Optional.of("is the same for all tenants, and the superuser's to change");
    }
    return value
        .filter(v -> key.reader().apply(v).isEmpty())
        .map(v -> "expected " + key.expected());
  }

  /** Reads what holds now, and tells what changed since the last time. */
  void refresh() {
    // Nobody may hold a lock while they wait: whoever waits for it would hold up their context.
    long read = reads.incrementAndGet();
    apply(read, store.all());
  }

  /** What was read before something that holds already is older. */
  private synchronized void apply(long read, Map<Place, Stored> now) {
    if (read < applied) {
      return;
    }
    boolean loaded = applied > 0;
    applied = read;
    Map<Place, Stored> before = known;
    Map<Place, JsonNode> values = new HashMap<>();
    now.forEach((place, stored) ->
        stored
            .value()
            .filter(v -> live.key(place.key()).flatMap(k -> k.reader().apply(v)).isPresent())
            .ifPresent(v -> values.put(place, v)));
    known = now;
    live.replace(values);
    if (loaded) {
      now.forEach((place, stored) -> {
        if (Optional.ofNullable(before.get(place)).filter(stored::isOf).isEmpty()) {
          ConfigChange change = new ConfigChange(place.tenant(), place.key(), stored.updatedAt());
          listeners.forEach(listener -> listener.accept(change));
        }
      });
    }
  }

  private ConfigEntry entry(LiveKey<?> key, UUID tenant, boolean withWho) {
    Optional<Place> place = live.place(key, tenant);
    Optional<Stored> stored = place.map(known::get);
    return new ConfigEntry(
        key.name(),
        live.of(key, tenant),
        place
            .map(p -> p.tenant().isPresent() ? "tenant" : "installation")
            .orElse(key.isLocked() ? "environment" : key.origin()),
        key.isLocked(),
        key.description(),
        stored.map(Stored::updatedAt),
        stored.filter(s -> withWho).flatMap(Stored::updatedBy));
  }
}
