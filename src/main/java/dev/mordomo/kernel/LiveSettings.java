package dev.mordomo.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The values of {@link LiveKey}s as this node knows them: a variable of the environment, else what
 * a tenant has changed, else what was changed for the installation, else the file's or the default.
 * Reading never waits.
 */
public final class LiveSettings {
  /**
   * Where a value was set.
   *
   * @param tenant empty: for the installation
   */
  public record Place(Optional<UUID> tenant, String key) {}

  private final Map<String, LiveKey<?>> keys = new LinkedHashMap<>();
  private volatile Map<Place, JsonNode> values = Map.of();

  public LiveSettings(List<LiveKey<?>> keys) {
    keys.forEach(key -> this.keys.put(key.name(), key));
  }

  /** All keys, in the order in which they were declared. */
  public List<LiveKey<?>> keys() {
    return List.copyOf(keys.values());
  }

  public Optional<LiveKey<?>> key(String name) {
    return Optional.ofNullable(keys.get(name));
  }

  /** The value of the installation. */
  public <T> T of(LiveKey<T> key) {
    Map<Place, JsonNode> now = values;
    return Optional.of(new Place(Optional.empty(), key.name()))
        .filter(all -> !key.isLocked())
        .flatMap(all -> Optional.ofNullable(now.get(all)))
        .flatMap(key.reader())
        .orElse(key.base());
  }

  /** The value as it is for a tenant. */
  public <T> T of(LiveKey<T> key, UUID tenant) {
    Map<Place, JsonNode> now = values;
    return place(now, key, tenant).map(now::get).flatMap(key.reader()).orElse(key.base());
  }

  /** Where the value for a tenant was set; empty: it is the key's base. */
  public Optional<Place> place(LiveKey<?> key, UUID tenant) {
    return place(values, key, tenant);
  }

  private static Optional<Place> place(Map<Place, JsonNode> now, LiveKey<?> key, UUID tenant) {
    if (key.isLocked()) {
      return Optional.empty();
    }
    Place own = new Place(Optional.of(tenant), key.name());
    Place all = new Place(Optional.empty(), key.name());
    return !key.everywhere() && now.containsKey(own)
        ? Optional.of(own)
        : Optional.of(all).filter(now::containsKey);
  }

  /** Puts other values in the place of those that were known. */
  public void replace(Map<Place, JsonNode> known) {
    values = Map.copyOf(known);
  }
}
