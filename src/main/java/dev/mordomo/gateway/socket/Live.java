package dev.mordomo.gateway.socket;

import dev.mordomo.identity.Principal;
import java.util.Optional;

/** What goes on for somebody over a longer time, and ends when they are out. Thread-safe. */
public interface Live {
  /** For whom; empty before that is known. */
  Optional<Principal> principal();

  /** Ends it, from any thread. */
  void close(CloseCode code);
}
