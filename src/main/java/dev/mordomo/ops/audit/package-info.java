/**
 * Who did what, on what, from where, when, and with what result.
 *
 * <p>Tables: {@code audit} and {@code asked} (turns and searches), by the month, {@code
 * audit_chain} and {@code asked_seal}. Records are added by the kernel within the transaction of a
 * change ({@link dev.mordomo.kernel.Deed}); here they are sealed, read, checked, and dropped when
 * they are older than {@code audit.keep}.
 *
 * <p>Invariants: a record is never changed but for its seal, given once, and for its personal part,
 * which can be blanked; the records of a tenant are one chain of hashes without a gap; an
 * administrator sees those of their tenant alone.
 *
 * <p>When the database is away, nothing is sealed, and nothing is lost: what has no record was not
 * done either, but for the few changes of one statement that have no transaction, whose records
 * come right after them. When a sealer dies, another node goes on where it ended.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.ops.audit;
