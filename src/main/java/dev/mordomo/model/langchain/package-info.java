/**
 * The two model ports over LangChain4j: servers that speak as OpenAI does, and Ollama.
 *
 * <p>Purpose: LangChain4j knows the wire formats; this package gives it an HTTP client on Vert.x
 * ({@link dev.mordomo.model.langchain.ModelHttp}), so that an answer can be stopped in every phase,
 * holds no thread while the model thinks, and has deadlines for silence. Tables: none. Addresses:
 * none.
 *
 * <p>Invariants: an observer is called by one thread at a time, hears exactly one end, and nothing
 * once a cancel has returned; a cancel closes the upstream request whatever it is doing. An answer
 * without a finish reason is never taken for a whole one. No key is ever written to a log, a
 * failure or a string form.
 *
 * <p>Failure: refused, unknown host, 429 and 5xx are {@code model_unavailable}; silence past its
 * deadline is {@code model_timeout}; a refused key, an unknown model, nonsense, and an answer that
 * was cut are {@code model_error}.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.model.langchain;
