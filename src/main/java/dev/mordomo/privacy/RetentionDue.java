package dev.mordomo.privacy;

import java.util.UUID;

/** What of a tenant is past its time: rows that would go, or went. */
public record RetentionDue(UUID tenantId, long messages, long conversations, long documents) {
  RetentionDue plus(RetentionDue other) {
    return new RetentionDue(
        tenantId,
        messages + other.messages,
        conversations + other.conversations,
        documents + other.documents);
  }
}
