package dev.mordomo.job;

import dev.mordomo.kernel.Address;
import java.util.Optional;
import java.util.UUID;

/** What is announced of jobs, after it was stored. */
public sealed interface JobEvent {
  /**
   * A job's status or progress changed.
   *
   * @param tenantId empty, as is the user, for the installation's own
   */
  record Updated(Optional<UUID> tenantId, Optional<UUID> userId, Job job) implements JobEvent {
    public static final Address<Updated> ADDRESS = new Address<>("job.updated", Updated.class);
  }
}
