package dev.mordomo.knowledge;

import java.util.UUID;

/**
 * Members of a refused duplicate's problem document.
 *
 * @param reason source, hash or title
 */
public record Duplicate(UUID duplicateOf, String reason) {}
