/**
 * The chat model {@code embedded/extractive}: no language model, but a grammar of commands and a
 * picker of sentences.
 *
 * <p>Purpose: the assistant works on a first run, without a key or a model server. It reads
 * commands for reminders and devices (pt, es, en) and asks for the tools; it answers questions by
 * quoting the best sentences of the given passages, with citations; it says so when they hold no
 * answer. {@code words}, {@code time}, {@code intent}, {@code answer} and {@code reply} are its
 * layers, from the ground up.
 *
 * <p>Tables: none. Addresses: none. Vocabularies and sentences are text resources under {@code
 * /extractive}.
 *
 * <p>Invariants: only tools of the request are called; only passages of the request are cited; an
 * observer is never called concurrently, nor after {@code cancel} has returned.
 *
 * <p>Failure: an embedding model that fails costs quality only, for words and the given
 * similarities still rank; whatever else goes wrong ends the call with {@code internal}.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive;

import org.jspecify.annotations.NullMarked;
