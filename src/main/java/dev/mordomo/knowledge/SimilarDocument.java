package dev.mordomo.knowledge;

import java.util.UUID;

/**
 * A document that says what another one says, in other words or under another title.
 *
 * @param share of the other one's passages that it holds, 0.9 to 1
 */
public record SimilarDocument(UUID documentId, String title, double share) {}
