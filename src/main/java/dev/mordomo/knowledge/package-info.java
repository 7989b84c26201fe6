/**
 * What the assistant can know: collections of documents, cut into chunks, embedded, and found.
 *
 * <p>Purpose: {@link dev.mordomo.knowledge.KnowledgeService} takes documents in and finds their
 * passages, for people ({@code search}) and for the assistant ({@code retrieve}).
 *
 * <p>Tables: {@code collection}, {@code document}, {@code chunk}, {@code embedding} (a partition an
 * embedding model), {@code embedding_model}, {@code kept_embedding} (of documents that a job is
 * taking in), {@code search_trace}. Addresses: {@code document.indexed}, {@code document.deleted},
 * {@code collection.deleted}, {@code embedding_model.changed}, see {@link
 * dev.mordomo.knowledge.KnowledgeEvent}.
 *
 * <p>Invariants: a document, its chunks and their embeddings are there together or not at all; a
 * chunk's row is of the same owner as its collection; every search goes through the function {@code
 * search_chunks}, which looks only into collections that the caller sees; a document's file is
 * stored before its row and removed after it, so a row never points to a file that is not there; a
 * vector that no index covers yet is searched exactly, so it is found from its commit on.
 *
 * <p>On failure: nothing is held open while a file is read or a text embedded; when that fails
 * nothing was written but perhaps a file that no row names, which the next upload of the same bytes
 * takes over.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.knowledge;
