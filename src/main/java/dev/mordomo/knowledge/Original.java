package dev.mordomo.knowledge;

import io.vertx.core.buffer.Buffer;

/**
 * A document's file, and where it lies in the file store.
 *
 * @param sealed whether it lies there sealed
 */
record Original(String name, String key, Buffer bytes, boolean sealed) {}
