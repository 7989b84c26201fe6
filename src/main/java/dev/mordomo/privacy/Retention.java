package dev.mordomo.privacy;

import java.util.List;
import java.util.function.Predicate;

/**
 * What is past its time.
 *
 * @param data by tenant
 * @param auditMonths whole months of the audit, of all tenants
 * @param logDays whole days of the server's log
 */
public record Retention(List<RetentionDue> data, long auditMonths, long logDays) {
  public Retention {
    data = List.copyOf(data);
  }

  Retention of(Predicate<RetentionDue> tenants) {
    return new Retention(data.stream().filter(tenants).toList(), auditMonths, logDays);
  }
}
