/**
 * Which reranker there is, and the one that asks a server.
 *
 * <p>Purpose: search may have its best hits read once more, together with the question. Tables:
 * none. Addresses: none.
 *
 * <p>Invariants: the server's address is the installation's configuration, never a caller's wish;
 * redirects are not followed; answers have a limit of size and of time; the key is never told.
 *
 * <p>Failure: every call ends with a result or a typed {@link dev.mordomo.kernel.Failure}; search
 * then keeps the order that it had.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.model.rerank;
