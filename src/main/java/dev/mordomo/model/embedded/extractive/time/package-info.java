/**
 * Points in time and recurrences, read from Portuguese, Spanish and English.
 *
 * <p>Purpose: "amanhã às 9", "cada lunes a las 8", "in an hour and a half" become an instant, or a
 * first instant and an RFC 5545 rule. Tables: none. Addresses: none.
 *
 * <p>Invariants: pure functions of text, moment, zone and locale; clock times are local and follow
 * the zone's rules (a time that daylight saving skips is moved forward by the gap, the earlier one
 * of a doubled time is taken). Failure: a text without a time is an empty result, never an
 * exception.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive.time;

import org.jspecify.annotations.NullMarked;
