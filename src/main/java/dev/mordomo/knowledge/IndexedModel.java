package dev.mordomo.knowledge;

import dev.mordomo.model.EmbeddingModel;

/**
 * A model, and its number in the index.
 *
 * @param id of its partition
 */
record IndexedModel(EmbeddingModel model, short id) {}
