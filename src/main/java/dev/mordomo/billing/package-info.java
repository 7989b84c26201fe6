/**
 * Quota: how many tokens a tenant, and a user where an administrator says so, may spend in a
 * period, and what they cost.
 *
 * <p>Tables: {@code token_account}, {@code token_lease}, {@code model_price}, and of identity's the
 * columns {@code token_quota} and {@code quota_since}, {@code quota_resets_at}. Announces {@code
 * quota.warning} on the channels of users.
 *
 * <p>Invariants: what all nodes have leased of a quota never comes to more than the quota; what a
 * node has reserved and used never to more than its lease; the ledger ({@code usage}) never says
 * more than was reserved. Each warning is told once a period.
 *
 * <p>When a node dies, its turns are ended by the reaper of chat; then any node lets its leases
 * shrink to what the ledger says that it used. A node that was silent for longer than its lease
 * finds it taken, and begins anew. When the database is away, a turn is paid from what is leased
 * for as long as that was asked for within {@link AccountLease#VALID}; then it waits.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.billing;
