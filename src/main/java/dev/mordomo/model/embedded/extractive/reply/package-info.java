/**
 * What the extractive answerer says by itself, in Portuguese, Spanish and English.
 *
 * <p>Purpose: fixed sentences from {@code /extractive/replies.*.properties}, with times and
 * recurrences in words, and the confirmation of what a tool did. Tables: none. Addresses: none.
 *
 * <p>Invariants: a tool's result is reported as it is, never as it was hoped for. Failure: a
 * missing sentence fails the start of the class; a result that is no JSON is reported as done
 * without detail.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive.reply;

import org.jspecify.annotations.NullMarked;
