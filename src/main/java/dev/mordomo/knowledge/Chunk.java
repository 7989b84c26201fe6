package dev.mordomo.knowledge;

import java.util.Optional;
import java.util.UUID;

/**
 * A passage of a document.
 *
 * @param heading the headings above it, " › " between levels, or ""
 * @param kind prose, code or table
 * @param page from 1, where the format has pages
 * @param charFrom and
 * @param charTo its place in the document's text
 */
public record Chunk(
    UUID id,
    UUID documentId,
    UUID collectionId,
    int chunkIndex,
    String title,
    String heading,
    String text,
    String kind,
    String language,
    Optional<Integer> page,
    int charFrom,
    int charTo) {}
