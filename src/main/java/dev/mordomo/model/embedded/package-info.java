/**
 * The embedding model that runs inside the server: gloss a Portuguese or Spanish text word by word
 * into English, then embed the gloss with the bundled quantized MiniLM.
 *
 * <p>Purpose: a first run finds a Portuguese question's answer with no key and no model server.
 * Tables: none; the lexicons and the detector's counts are text resources under {@code /lexicon}
 * and {@code /language}. Addresses: none.
 *
 * <p>Invariants: an English text, and a text in a language that is neither Portuguese nor Spanish,
 * gets the very vector that MiniLM alone gives; one text's vector never depends on the texts that
 * are embedded with it; ONNX runs on platform threads of its own, never on an event loop and never
 * on a virtual thread.
 *
 * <p>Failure: a model that cannot be loaded fails every call with {@code model_unavailable}; a text
 * that cannot be embedded fails its own call with {@code model_error}.
 */
@NullMarked
package dev.mordomo.model.embedded;

import org.jspecify.annotations.NullMarked;
