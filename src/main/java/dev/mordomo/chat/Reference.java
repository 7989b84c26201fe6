package dev.mordomo.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import java.util.UUID;

/**
 * A passage that was in an answer's context, cited as {@code [n]}.
 *
 * @param similarity max(0, cosine), 0 to 1
 * @param probability calibrated, where the embedding model can say
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Reference(
    int n,
    UUID chunkId,
    UUID documentId,
    String title,
    String heading,
    double similarity,
    Optional<Double> probability) {}
