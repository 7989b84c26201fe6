package dev.mordomo.knowledge;

import io.vertx.core.buffer.Buffer;

/** A document's original. */
public record DocumentFile(String name, String mediaType, Buffer bytes) {}
