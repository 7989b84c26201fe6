package dev.mordomo.privacy;

import java.util.UUID;

/**
 * What of a tenant is past its time: rows that would go, or went.
 *
 * @param turns what was asked beside the words, in conversations that go on too
 * @param actions what was done for them
 * @param queries words of searches; that they were asked stays
 */
public record RetentionDue(
    UUID tenantId,
    long messages,
    long turns,
    long actions,
    long conversations,
    long documents,
    long queries) {
  RetentionDue plus(RetentionDue other) {
    return new RetentionDue(
        tenantId,
        messages + other.messages,
        turns + other.turns,
        actions + other.actions,
        conversations + other.conversations,
        documents + other.documents,
        queries + other.queries);
  }

  long rows() {
    return messages + turns + actions + conversations + documents + queries;
  }
}
