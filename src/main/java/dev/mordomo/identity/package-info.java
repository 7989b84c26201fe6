/**
 * Who there is and who speaks: tenants, users, passwords, tokens and API keys.
 *
 * <p>Tables: {@code tenant}, {@code app_user}, {@code refresh_token}, {@code api_key}, {@code
 * access_change}, {@code user_identity}; keys that sign tokens in {@code sealed_secret}; reads
 * {@code usage}, and of {@code conversation} the time of the last message. Announces on {@code
 * identity.user.disabled}, {@code identity.tenant.disabled} and {@code identity.session.ended}.
 *
 * <p>Invariants: passwords, refresh tokens and API keys are stored as hashes alone; an unknown user
 * and a wrong password cost the same and get the same answer; a refresh token works once, and used
 * twice ends its session; nobody gives or changes a role above their own; who was switched off is
 * out within five seconds on every node, also when the announcement was lost.
 *
 * <p>When the database is away, tokens that were checked within {@code identity.status_check} still
 * pass, everything else is {@code unavailable}.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.identity;
