/**
 * From the bytes of a file to chunks: what kind of file it is, its text with its structure, and the
 * passages that search and citations work with.
 *
 * <p>Purpose: pure functions of their input, without database or network. Tables and addresses:
 * none. Invariants: every chunk is a range of {@link dev.mordomo.knowledge.text.ExtractedText#text}
 * (its text may add a repeated lead, a table's header or a code fence around that range); the same
 * bytes always give the same chunks. Failure: a file that cannot be read ends in one {@link
 * dev.mordomo.kernel.Failure} that says why in the caller's terms, within a deadline, and within
 * limits of size; nothing is left half done.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.knowledge.text;
