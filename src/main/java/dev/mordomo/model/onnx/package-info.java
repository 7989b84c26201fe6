/**
 * Models from a folder of this machine, run by ONNX Runtime inside the server: embedding models as
 * sentence-transformers exports them, and cross-encoders that rerank.
 *
 * <p>Purpose: whoever has a better model than the embedded one needs no model server for it.
 * Tables: none. Addresses: none.
 *
 * <p>Invariants: one text's vector never depends on the texts that are embedded with it; ONNX runs
 * on platform threads of its own; nothing is fetched from anywhere; which folder is read is the
 * installation's configuration, never a caller's wish.
 *
 * <p>Failure: a folder that holds no model of the kind is told at start, by the setting's name; a
 * text that cannot be read fails its own call with {@code model_error}.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.model.onnx;
