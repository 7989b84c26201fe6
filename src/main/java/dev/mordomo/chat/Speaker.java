package dev.mordomo.chat;

import java.time.ZoneId;

/**
 * Who speaks.
 *
 * @param locale BCP 47, for instance {@code pt-BR}
 */
public record Speaker(String locale, ZoneId zone) {}
