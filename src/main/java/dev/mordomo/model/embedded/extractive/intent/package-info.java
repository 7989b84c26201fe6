/**
 * What a user wants: a hand-written grammar of commands in Portuguese, Spanish and English.
 *
 * <p>Purpose: tell a command ("apaga a luz da sala") from a question ("como apago a luz?") and read
 * its parts. Tables: none. Addresses: none.
 *
 * <p>Invariants: pure functions; whatever is not surely a command is a question, for a question
 * that is answered does less harm than a command that nobody gave. Failure: none; every text has an
 * intent.
 */
@NullMarked
package dev.mordomo.model.embedded.extractive.intent;

import org.jspecify.annotations.NullMarked;
