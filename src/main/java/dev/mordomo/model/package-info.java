/**
 * Chat models and embedding models behind two small ports, {@link dev.mordomo.model.ChatModel} and
 * {@link dev.mordomo.model.EmbeddingModel}.
 *
 * <p>Purpose: the rest of the house names a model as {@code provider/name} and knows nothing of who
 * serves it. {@link dev.mordomo.model.ModelCatalog} finds a model by its name, embedded or of a
 * configured provider, and gives a provider's chat model its retries and stand-ins: these act
 * before the first word and never after it.
 *
 * <p>Tables: none. Addresses: none. Failure: an adapter ends every call exactly once, with a result
 * or a typed {@link dev.mordomo.kernel.Failure}; it never leaves a caller waiting past its
 * deadline.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.model;
