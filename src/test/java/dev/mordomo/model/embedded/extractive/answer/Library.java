package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.knowledge.text.Chunker;
import dev.mordomo.knowledge.text.ChunkingConfig;
import dev.mordomo.knowledge.text.ExtractedText;
import dev.mordomo.knowledge.text.ExtractionLimits;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.knowledge.text.TextExtractor;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.LanguageDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder of documents in memory, searched by meaning and by words, fused by rank as the database
 * does.
 */
final class Library {
  private static final int PASSAGES = 8;
  private static final double RANK_OFFSET = 10;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(TextChunk chunk, float[] vector, Set<String> stems) {}

  private final EmbeddingModel embedding;
  private final List<Entry> entries = new ArrayList<>();

  private Library(EmbeddingModel embedding) {
    this.embedding = embedding;
  }

  static Library of(Path folder, EmbeddingModel embedding) throws IOException {
    Library library = new Library(embedding);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files =
          walk.filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().equals("README.md"))
              .filter(file -> !file.toString().endsWith(".tsv"))
              .sorted()
              .toList();
    }
    TextExtractor extractor = new TextExtractor(ExtractionLimits.DEFAULT, 1);
    Chunker chunker = new Chunker(ChunkingConfig.DEFAULT, LanguageDetector::detect);
    for (Path file : files) {
      String name = file.getFileName().toString();
      ExtractedText text = extractor.extract(name, Files.readAllBytes(file));
      chunker.chunk(text, text.title().orElse(name), "").forEach(library::add);
    }
    return library;
  }

  private void add(TextChunk chunk) {
    List<String> texts = List.of(chunk.embeddingText());
    float[] vector = embedding.embed(texts, EmbeddingModel.Use.PASSAGE).await().getFirst();
    entries.add(new Entry(chunk, vector, stems(chunk.embeddingText())));
  }

  List<Passage> search(String question) {
    float[] asked = embedding.embed(List.of(question), EmbeddingModel.Use.QUERY).await().getFirst();
    Set<String> stems = stems(question);
    double all = Math.max(1e-9, stems.stream().mapToDouble(this::rarity).sum());
    Map<Entry, Double> fused = new HashMap<>();
    fuse(fused, entry -> Vectors.cosine(asked, entry.vector), near -> 1);
    fuse(
        fused,
        entry -> stems.stream().filter(entry.stems::contains).mapToDouble(this::rarity).sum() / all,
        covered -> covered * covered);
    List<Passage> passages = new ArrayList<>();
    entries.stream()
        .sorted(Comparator.comparingDouble(entry -> -fused.getOrDefault(entry, 0.0)))
        .limit(PASSAGES)
        .forEach(entry ->
            passages.add(
                new Passage(
                    passages.size() + 1,
                    entry.chunk.title(),
                    entry.chunk.heading(),
                    entry.chunk.text(),
                    entry.chunk.language(),
                    Vectors.cosine(asked, entry.vector),
                    Double.NaN)));
    return passages;
  }

  private void fuse(
      Map<Entry, Double> fused, ToDoubleFunction<Entry> score, DoubleUnaryOperator weight) {
    List<Entry> ranked =
        entries.stream()
            .filter(entry -> score.applyAsDouble(entry) > 0)
            .sorted(Comparator.comparingDouble(entry -> -score.applyAsDouble(entry)))
            .toList();
    for (int place = 1; place <= ranked.size(); place++) {
      Entry entry = ranked.get(place - 1);
      double share = weight.applyAsDouble(score.applyAsDouble(entry));
      fused.merge(entry, share / (RANK_OFFSET + place), Double::sum);
    }
  }

  private double rarity(String stem) {
    long holders = entries.stream().filter(entry -> entry.stems.contains(stem)).count();
    return Math.log(1 + entries.size() / (0.5 + holders));
  }

  private static Set<String> stems(String text) {
    return dev.mordomo.model.embedded.extractive.words.Words.of(text).list().stream()
        .map(word -> Terms.stem(word.fold()))
        .filter(stem -> stem.length() > 2)
        .collect(Collectors.toSet());
  }
}
