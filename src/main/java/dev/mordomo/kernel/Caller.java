package dev.mordomo.kernel;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * As what somebody asks, and from where: known to what is done on the thread that serves them.
 *
 * @param kind the name of a {@link Deed.Kind}, {@code user} or {@code key}
 * @param credential the id of the session or of the API key
 * @param address of the client, as far as is known
 */
public record Caller(String kind, String credential, Optional<String> address) {
  private static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();

  public Caller {
    credential = Deed.cut(credential, Deed.LONGEST_NAME);
    address = address.map(a -> Deed.cut(a, Deed.LONGEST_ADDRESS));
  }

  /** Does what this caller asks for. */
  public <T> T during(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** Whoever is served on this thread; empty for what the server does by itself. */
  public static Optional<Caller> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }
}
