package dev.mordomo.knowledge;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A document as others see it.
 *
 * @param source where it came from, as its giver says: a URL, a path
 * @param sourceType txt, md, html, pdf, docx, odt, csv or eml
 * @param language ISO 639-1, or "" when unknown
 * @param sha256 of the original's bytes, in hexadecimal
 */
public record Document(
    UUID id,
    UUID collectionId,
    String title,
    Optional<String> source,
    String sourceType,
    String language,
    String sha256,
    DocumentStatus status,
    int chunkCount,
    Map<String, Object> metadata,
    Instant createdAt) {}
