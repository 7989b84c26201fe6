package dev.mordomo.reminder;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A reminder to be made. {@link ReminderService#create} checks it.
 *
 * @param title 1 to 300 characters
 * @param description up to 4,000 characters
 * @param scheduledAt the first time; not in the past
 * @param rrule RFC 5545, at most once a minute
 * @param timeZone IANA, for instance {@code America/Sao_Paulo}
 * @param conversationId in which it was asked for
 */
public record NewReminder(
    String title,
    String description,
    Instant scheduledAt,
    Optional<String> rrule,
    String timeZone,
    Map<String, Object> metadata,
    Optional<UUID> conversationId) {}
