/**
 * What the assistant decided to do, and who executes it.
 *
 * <p>Table: {@code action}. Announces {@code action.requested} and {@code action.updated}. A tool
 * that runs here ends at once; one that a device runs stays pending until its result is reported,
 * or until its deadline, when it fails with {@code timeout}.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.action;
