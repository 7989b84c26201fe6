/**
 * The ground that every feature stands on: configuration, database, bus, failures, clock, ids,
 * JSON.
 *
 * <p>Nothing here knows a feature.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.kernel;
