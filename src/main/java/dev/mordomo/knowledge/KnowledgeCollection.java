package dev.mordomo.knowledge;

import java.time.Instant;
import java.util.UUID;

/** A named set of documents with one owner. */
public record KnowledgeCollection(
    UUID id, String name, CollectionScope scope, int documentCount, Instant createdAt) {}
