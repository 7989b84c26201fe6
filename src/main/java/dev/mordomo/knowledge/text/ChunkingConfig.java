package dev.mordomo.knowledge.text;

/**
 * How large chunks are, in estimated tokens.
 *
 * @param target what a chunk of prose aims at
 * @param codeTarget what the pieces of a divided code block aim at; a block up to {@code target}
 *     stays whole
 * @param overlap at most this much of the end of a chunk begins the next one, in whole sentences
 * @param lead prose up to this much before a code block or table goes with it
 */
public record ChunkingConfig(int target, int codeTarget, int overlap, int lead) {
  public static final ChunkingConfig DEFAULT = new ChunkingConfig(200, 130, 40, 60);

  public ChunkingConfig {
    if (target < 20 || codeTarget < 20 || overlap < 0 || lead < 0 || overlap * 2 > target) {
      throw new IllegalArgumentException(
          "chunks need a target of 20 tokens or more, and an overlap of at most half of it");
    }
  }
}
