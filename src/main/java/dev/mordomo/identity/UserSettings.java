package dev.mordomo.identity;

import java.time.ZoneId;

/**
 * How a user writes and when their day begins.
 *
 * @param locale BCP 47, for instance {@code pt-BR}
 */
public record UserSettings(String locale, ZoneId zone) {}
