package dev.mordomo.model;

import dev.mordomo.kernel.Scope;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Counts what calls of models take that generate no text: within a quota, and in the ledger. Every
 * method waits, on a virtual thread.
 */
public interface CallMeter {
  int CHARS_PER_TOKEN = 4;

  /** What is asked of the model. */
  enum Kind {
    EMBEDDING,
    RERANK;

    /** The name in the ledger. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a call came to.
   *
   * @param tokens as its server says; empty where it does not
   */
  record Spent<T>(T value, OptionalInt tokens) {}

  /**
   * The same, with what it is counted as.
   *
   * @param tokens as they stand in the ledger
   */
  record Counted<T>(T value, int tokens) {}

  /** Counts nothing. */
  CallMeter FREE =
      new CallMeter() {
        @Override
        public <T> Counted<T> call(
            Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work) {
          return new Counted<>(work.get().value(), tokens);
        }

        @Override
        public <T> Counted<T> callAnyway(
            Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work) {
          return call(who, kind, model, tokens, work);
        }
      };

  /** About how many tokens these texts have: four characters each. */
  static int tokens(List<String> texts) {
    return texts.stream()
        .mapToInt(text -> (text.length() + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN)
        .sum();
  }

  /**
   * One call: its tokens are set aside before, and counted after; one that fails costs nothing.
   *
   * @param who for whom: of nobody's tenant, nothing is counted
   * @param tokens about how many it takes
   * @throws dev.mordomo.kernel.Failure {@code quota_exceeded} before anything is asked, and what
   *     the work throws
   */
  <T> Counted<T> call(Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work);

  /**
   * The same, and done and written down also when the quota is spent: for what the operator of the
   * installation wants, and no user waits for.
   */
  <T> Counted<T> callAnyway(
      Scope who, Kind kind, String model, int tokens, Supplier<Spent<T>> work);
}
