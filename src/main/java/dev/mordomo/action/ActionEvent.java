package dev.mordomo.action;

import dev.mordomo.kernel.Address;
import java.util.UUID;

/** What is announced of actions, after it was stored. */
public sealed interface ActionEvent {
  UUID tenantId();

  /** Whose it is. */
  UUID userId();

  /** As it stood then. */
  Action action();

  /** The assistant wants it done; pending, or executing when it runs on the server. */
  record Requested(UUID tenantId, UUID userId, Action action) implements ActionEvent {
    public static final Address<Requested> ADDRESS =
        new Address<>("action.requested", Requested.class);
  }

  /** Its status changed. */
  record Updated(UUID tenantId, UUID userId, Action action) implements ActionEvent {
    public static final Address<Updated> ADDRESS = new Address<>("action.updated", Updated.class);
  }
}
