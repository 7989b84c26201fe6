package dev.mordomo.knowledge;

import dev.mordomo.knowledge.SimilarTexts.Text;
import dev.mordomo.knowledge.text.Chunker;
import dev.mordomo.knowledge.text.ChunkingConfig;
import dev.mordomo.knowledge.text.ExtractedText;
import dev.mordomo.knowledge.text.ExtractionLimits;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.knowledge.text.TextExtractor;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.embedded.GlossMiniLm;
import dev.mordomo.model.embedded.LanguageDetector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Measures from which similarity two passages say the same to the embedded model: for pairs of
 * documents, the highest one at which nine in ten of the first's passages have one alike in the
 * second. Prints their spread for what is the same and for what is not. To be run by hand.
 */
final class SimilarFit {
  private static final Path MANUAL = Path.of("docs/manual");
  private static final int SENTENCES = 8;

  private record Embedded(Text text, List<float[]> vectors) {}

  private SimilarFit() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, List<Double>> spread = new TreeMap<>();
    // Of each passage alone, as if it were a document of its own.
    IdentityHashMap<float[], Double> nearest = new IdentityHashMap<>();
    try (GlossMiniLm model = new GlossMiniLm(Path.of("target/native"))) {
      List<Embedded> texts = new ArrayList<>();
      SimilarTexts.all().forEach(text -> texts.add(embedded(model, text)));
      for (Text text : SimilarTexts.all()) {
        if (text.kind().equals("original")) {
          texts.add(embedded(model, retitled(text)));
        }
      }
      for (Text text : manual(arguments.length == 0 ? 1 : Integer.parseInt(arguments[0]))) {
        texts.add(embedded(model, text));
        if (text.kind().equals("original")) {
          texts.add(embedded(model, retitled(text)));
          texts.add(embedded(model, edited(text)));
        }
      }
      for (int i = 0; i < texts.size(); i++) {
        for (int k = 0; k < texts.size(); k++) {
          if (i != k) {
            Embedded one = texts.get(i);
            Embedded other = texts.get(k);
            String pair = pair(one.text(), other.text());
            spread.computeIfAbsent(pair, p -> new ArrayList<>()).add(upTo(one, other));
            if (pair.equals("unlike, same language")) {
              one.vectors()
                  .forEach(
                      v -> nearest.merge(v, cosine(v, other.vectors()), (a, b) -> Math.max(a, b)));
            }
          }
        }
      }
    }
    spread.put("single passages, unlike", new ArrayList<>(nearest.values()));
    spread.forEach((pair, all) -> {
      all.sort(null);
      System.out.printf(
          Locale.ROOT,
          "%-40s n=%-6d lowest %.3f  5%% %.3f  half %.3f  95%% %.3f  highest %.3f%n",
          pair,
          all.size(),
          all.getFirst(),
          all.get(all.size() / 20),
          all.get(all.size() / 2),
          all.get(all.size() * 19 / 20),
          all.getLast());
    });
  }

  private static String pair(Text one, Text other) {
    if (!one.group().equals(other.group())) {
      return one.language().equals(other.language()) ? "unlike, same language" : "unlike, across";
    }
    if (one.kind().equals("original") && !other.kind().equals("other")) {
      String what = one.group().startsWith("manual") ? " (manual)" : "";
      return one.language().equals(other.language())
          ? "the same, " + other.kind() + what
          : "the same, translated" + what;
    }
    boolean same = !one.kind().equals("other") && !other.kind().equals("other");
    String languages =
        one.language().equals(other.language())
            ? "in " + one.language()
            : one.language() + " > " + other.language();
    return (same ? "the same " : "of a kind, not the same ") + languages;
  }

  /** Each nth page of the manual: each language's is a translation of the others'. */
  private static List<Text> manual(int nth) throws IOException {
    List<Text> pages = new ArrayList<>();
    for (String language : List.of("pt", "es", "en")) {
      try (Stream<Path> files = Files.list(MANUAL.resolve(language))) {
        List<Path> sorted = files.sorted().toList();
        for (int i = 0; i < sorted.size(); i += nth) {
          Path file = sorted.get(i);
          pages.add(
              new Text(
                  "manual/" + file.getFileName(), "original", language, Files.readString(file)));
        }
      }
    }
    return pages;
  }

  private static Text retitled(Text text) {
    Text other = text.titled("Notes of another house");
    return new Text(text.group(), "retitled", text.language(), other.markdown());
  }

  /** Each eighth sentence is gone. */
  private static Text edited(Text text) {
    StringBuilder kept = new StringBuilder();
    int n = 0;
    for (String line : text.markdown().lines().toList()) {
      if (line.startsWith("#") || line.startsWith("|") || line.startsWith("`")) {
        kept.append(line);
      } else {
        for (String sentence : line.split("(?<=[.!?]) ")) {
          if (++n % SENTENCES != 0) {
            kept.append(sentence).append(' ');
          }
        }
      }
      kept.append('\n');
    }
    return new Text(text.group(), "edited", text.language(), kept.toString());
  }

  private static Embedded embedded(GlossMiniLm model, Text text) {
    ExtractedText read =
        new TextExtractor(ExtractionLimits.DEFAULT, 1)
            .extract("text.md", text.markdown().getBytes(StandardCharsets.UTF_8));
    List<String> passages =
        new Chunker(ChunkingConfig.DEFAULT, LanguageDetector::detect)
            .chunk(read, text.title(), "").stream().map(TextChunk::embeddingText).toList();
    try {
      return new Embedded(
          text, model.embed(passages, Use.PASSAGE).toCompletionStage().toCompletableFuture().get());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static double upTo(Embedded one, Embedded other) {
    List<Double> nearest =
        one.vectors().stream().map(v -> cosine(v, other.vectors())).sorted().toList();
    return nearest.get(nearest.size() / 10);
  }

  /** With the nearest one. */
  private static double cosine(float[] one, List<float[]> others) {
    return others.stream().mapToDouble(other -> cosine(one, other)).max().orElse(0);
  }

  private static double cosine(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
