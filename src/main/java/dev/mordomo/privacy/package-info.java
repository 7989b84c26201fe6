/**
 * What a person may ask of whoever keeps their data: to have it erased, and to have it hidden from
 * whom it does not concern.
 *
 * <p>Tables: {@code erasure}, {@code consent}. Announces {@code privacy.erased} on the bus. Its
 * work is a job: {@code erase}.
 *
 * <p>Invariants: whoever is erased was deleted first, in the same transaction that asks for the
 * erasure, so nothing of theirs begins meanwhile; what belongs to others stays, the ledger of usage
 * included, which loses the person and keeps its sums; every table with data of a tenant or a user
 * is on the list of {@link dev.mordomo.privacy.Holdings}, which a test holds against PostgreSQL's
 * catalogue; the receipt counts what went in the transaction in which it went.
 *
 * <p>What is personal in a message is found before the message is stored ({@link
 * dev.mordomo.kernel.Masking}); a placeholder holds it sealed for its user, a model is told a short
 * name ({@link dev.mordomo.privacy.Aliases}), and the gateway opens placeholders in all that it
 * sends to their user ({@link dev.mordomo.privacy.Placeholders}).
 *
 * <p>On failure: what was erased stays erased, and the job goes on with the rest; if it gave up,
 * the next hour begins it again.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.privacy;
