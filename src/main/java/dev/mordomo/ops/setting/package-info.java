/**
 * Settings that change while the server runs.
 *
 * <p>Table: {@code config_value}, of the installation and of tenants. Says to whoever {@link
 * dev.mordomo.ops.setting.ConfigService#follow follows} what changed.
 *
 * <p>Invariants: only declared keys, with values that their key admits, all errors told at once; a
 * variable of the environment holds its key fast; every node uses a change within five seconds,
 * also when the notification was lost; no key holds a secret.
 *
 * <p>When the database is away, nodes go on with the values that they know.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.ops.setting;
