package dev.mordomo.job;

import dev.mordomo.kernel.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What a job was asked to do.
 *
 * @param scope as whom it acts: the user who started it, or the installation
 */
public record JobRequest(UUID id, Scope scope, String type, Map<String, Object> payload) {
  /** As whom the installation's own jobs act. */
  public static final Scope INSTALLATION = new Scope(new UUID(0, 0), new UUID(0, 0), "superuser");

  public JobRequest {
    payload = Collections.unmodifiableMap(new LinkedHashMap<>(payload));
  }

  boolean isOfTheInstallation() {
    return scope.tenantId().equals(INSTALLATION.tenantId());
  }
}
