package dev.mordomo.model.embedded;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a sentence is about: the sum of what its words may mean. Not thread-safe. */
final class Topic {
  /** How much more the likeliest sense of a word counts than the next. */
  private static final double SHARPNESS = 1.5;

  /** A verb says less of what a sentence is about than a noun. */
  private static final double VERB = 0.6;

  private static final double ADVERB = 0.3;

  /** Keeps a sentence of few words from having a topic. */
  private static final double DOUBT = 0.5;

  private final Meanings meanings;
  private final float[] sum = new float[Meanings.SIZE];

  Topic(Meanings meanings) {
    this.meanings = meanings;
  }

  /** Adds the senses that a word may have, the likeliest with most weight. */
  void add(List<Morphology.Analysis> analyses) {
    add(analyses, 1);
  }

  /** Adds an expression, of which there is no doubt. */
  void add(String english) {
    add(meanings.of(english), 1);
  }

  private void add(List<Morphology.Analysis> analyses, double sign) {
    double total = 0;
    for (int i = 0; i < analyses.size(); i++) {
      total += share(analyses.get(i), i);
    }
    for (int i = 0; i < analyses.size(); i++) {
      Morphology.Analysis analysis = analyses.get(i);
      add(
          meanings.of(analysis.sense().english()),
          sign * weight(analysis.sense().part()) * share(analysis, i) / total);
    }
  }

  private static double share(Morphology.Analysis analysis, int place) {
    return Math.exp(-SHARPNESS * (Math.max(0, analysis.cost()) + 0.2 * place));
  }

  private static double weight(Part part) {
    return switch (part) {
      case NOUN, ADJECTIVE, EXPRESSION, LEARNED -> 1;
      case VERB -> VERB;
      case ADVERB -> ADVERB;
      case FUNCTION -> 0;
    };
  }

  private void add(byte @Nullable [] vector, double weight) {
    if (vector != null) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += (float) (weight * vector[i] / 127);
      }
    }
  }

  /** How well a sense goes with all words but its own: -1 to 1, 0 when nothing is known of it. */
  double fit(Sense sense, List<Morphology.Analysis> own) {
    byte[] vector = meanings.of(sense.english());
    if (vector == null) {
      return 0;
    }
    add(own, -1);
    double product = 0;
    double square = DOUBT;
    for (int i = 0; i < sum.length; i++) {
      product += sum[i] * vector[i] / 127;
      square += sum[i] * sum[i];
    }
    add(own, 1);
    return product / Math.sqrt(square);
  }
}
