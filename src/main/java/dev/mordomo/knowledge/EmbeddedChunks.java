package dev.mordomo.knowledge;

import java.util.List;

/**
 * The vectors of a document's chunks, one each, in order.
 *
 * @param model the number of the model that made them
 */
record EmbeddedChunks(short model, List<float[]> vectors) {}
