package dev.mordomo.knowledge;

import dev.mordomo.kernel.Settings;
import dev.mordomo.knowledge.text.ChunkingConfig;
import dev.mordomo.knowledge.text.ExtractionLimits;
import java.time.Duration;

/**
 * The settings under {@code knowledge}.
 *
 * @param extraction what one file may cost
 * @param inlineBytes documents up to this size are taken in while their giver waits, larger ones by
 *     a job
 * @param chunking how large chunks are
 * @param parallelReaders files read at the same time
 * @param exactUpTo scopes up to this many chunks are searched exactly, larger ones by the index
 * @param vectorWeight of meaning, and
 * @param textWeight of words, in the fusion of a hybrid search
 * @param passages how many a question retrieves
 * @param reranked so many hits are read by the reranker, where there is one
 * @param backfillShare of the time that filling the index for another model may work
 * @param indexMemory megabytes that PostgreSQL may take for building a vector index
 */
public record KnowledgeConfig(
    ExtractionLimits extraction,
    int inlineBytes,
    ChunkingConfig chunking,
    int parallelReaders,
    int exactUpTo,
    double vectorWeight,
    double textWeight,
    int passages,
    int reranked,
    double backfillShare,
    int indexMemory) {
  public static final KnowledgeConfig DEFAULT =
      new KnowledgeConfig(
          ExtractionLimits.DEFAULT,
          1_048_576,
          ChunkingConfig.DEFAULT,
          2,
          5_000,
          1,
          2,
          8,
          30,
          0.5,
          256);

  public static KnowledgeConfig from(Settings settings) {
    return new KnowledgeConfig(
        extraction(settings),
        settings.integer("knowledge.inline_bytes", DEFAULT.inlineBytes, 0, 100_000_000),
        chunking(settings),
        settings.integer("knowledge.parallel_readers", DEFAULT.parallelReaders, 1, 64),
        settings.integer("knowledge.exact_search_up_to", DEFAULT.exactUpTo, 0, 1_000_000),
        settings.decimal("knowledge.vector_weight", DEFAULT.vectorWeight, 0, 100),
        settings.decimal("knowledge.text_weight", DEFAULT.textWeight, 0, 100),
        settings.integer("knowledge.passages", DEFAULT.passages, 1, 50),
        settings.integer("knowledge.reranked", DEFAULT.reranked, 1, 100),
        settings.decimal("knowledge.backfill_share", DEFAULT.backfillShare, 0.01, 1),
        settings.integer("knowledge.index_memory", DEFAULT.indexMemory, 16, 65_536));
  }

  private static ExtractionLimits extraction(Settings settings) {
    ExtractionLimits otherwise = ExtractionLimits.DEFAULT;
    Duration time = settings.duration("knowledge.file_time", otherwise.time());
    if (time.isZero()) {
      time = settings.wrong("knowledge.file_time", "0", "more than nothing", otherwise.time());
    }
    return new ExtractionLimits(
        settings.longInteger("knowledge.file_bytes", otherwise.bytes(), 1, 2_000_000_000),
        settings.integer("knowledge.file_chars", otherwise.characters(), 1, 500_000_000),
        time);
  }

  private static ChunkingConfig chunking(Settings settings) {
    ChunkingConfig otherwise = ChunkingConfig.DEFAULT;
    int target = settings.integer("knowledge.chunk_tokens", otherwise.target(), 40, 2_000);
    int overlap = settings.integer("knowledge.chunk_overlap", otherwise.overlap(), 0, target / 2);
    return new ChunkingConfig(target, Math.max(20, target * 2 / 3), overlap, otherwise.lead());
  }
}
