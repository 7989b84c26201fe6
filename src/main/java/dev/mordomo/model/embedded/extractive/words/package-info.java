/**
 * Words and vocabularies: the ground of the hand-written grammars.
 *
 * <p>Purpose: cut a text into folded words (no case, no accents) that know where they stood, and
 * match them against phrases from {@code /extractive/*.txt}. Tables: none. Addresses: none.
 *
 * <p>Invariants: cutting is linear in the text and never fails; offsets are those of the text as
 * given. Failure: a vocabulary that cannot be read fails the start.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive.words;

import org.jspecify.annotations.NullMarked;
