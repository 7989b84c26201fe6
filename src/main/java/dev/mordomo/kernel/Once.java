package dev.mordomo.kernel;

import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a request with an {@code Idempotency-Key} makes, which the same request must not make a
 * second time, even if its node dies before it has answered. Whoever makes something says so {@link
 * #made within the transaction}, and the answer is committed with it, or neither is. What is made
 * otherwise bears {@link #id an id} that the same request gives it again.
 */
public final class Once {
  private static final ScopedValue<Once> CURRENT = ScopedValue.newInstance();

  /** Keeps the answer to a request. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * @throws Failure when the request does not hold its key any more: nothing may be made then
     */
    void keep(SqlClient connection, Object made);
  }

  private final UUID seed;
  private final Keeper keeper;

  /**
   * @param seed the same whenever the request is asked again; an id that sorts by when it was first
   *     asked
   */
  public Once(UUID seed, Keeper keeper) {
    this.seed = seed;
    this.keeper = keeper;
  }

  /** Does the work of the request. */
  public <T> T during(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** Says what the current request has made; nothing when it has no key. */
  public static void made(SqlClient connection, Object made) {
    if (CURRENT.isBound()) {
      CURRENT.get().keeper.keep(connection, made);
    }
  }

  /** An id for what the current request makes: the same one when it is asked again. */
  public static UUID id() {
    return seed().orElseGet(Ids::next);
  }

  /** What the current request has in common with itself, asked again; empty when it has no key. */
  public static Optional<UUID> seed() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get().seed) : Optional.empty();
  }
}
