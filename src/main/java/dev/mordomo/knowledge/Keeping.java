package dev.mordomo.knowledge;

import java.util.List;
import java.util.Map;

/** Keeps vectors while a document's others are still being computed. */
interface Keeping {
  /** For what is computed in one go. */
  Keeping NOTHING =
      new Keeping() {
        @Override
        public Map<String, float[]> kept(short model) {
          return Map.of();
        }

        @Override
        public void keep(short model, List<String> fingerprints, List<float[]> vectors) {}

        @Override
        public void progress(int done, int total) {}
      };

  /** Those of an earlier attempt, by fingerprint. */
  Map<String, float[]> kept(short model);

  void keep(short model, List<String> fingerprints, List<float[]> vectors);

  /** How many of the document's texts have their vector. */
  void progress(int done, int total);
}
