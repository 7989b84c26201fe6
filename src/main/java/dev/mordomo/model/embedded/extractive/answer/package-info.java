/**
 * Answers to questions, made of the passages' own sentences.
 *
 * <p>Purpose: cut passages into units (sentences, list items, table rows, lines of code), score
 * them for a question, and compose the best into a short answer with citations. Tables: none.
 * Addresses: none.
 *
 * <p>Invariants: what stands in quotation is the passage's own text; only given passages are cited;
 * the same question on the same passages gets the same answer. Failure: an embedding model that
 * fails is left out of the score, with a warning in the log.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive.answer;

import org.jspecify.annotations.NullMarked;
