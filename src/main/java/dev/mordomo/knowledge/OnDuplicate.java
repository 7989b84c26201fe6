package dev.mordomo.knowledge;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What to do with a document that is already there. */
public enum OnDuplicate {
  /** Refuse it, and say which one it doubles. */
  REFUSE,
  /**
   * The same bytes: in the same collection the document that is there is the answer; into another
   * one it goes with the embeddings that exist. Other duplicates are refused.
   */
  LINK,
  /** Swap the one in the same collection for it, at once. One in another collection: refuse. */
  REPLACE,
  /** Have both. */
  KEEP;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty for a name that is none. */
  public static Optional<OnDuplicate> of(String wire) {
    return Arrays.stream(values()).filter(d -> d.wire().equals(wire)).findFirst();
  }
}
