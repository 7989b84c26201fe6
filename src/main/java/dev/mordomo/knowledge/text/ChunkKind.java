package dev.mordomo.knowledge.text;

import java.util.Locale;

/** What a chunk mostly is. */
public enum ChunkKind {
  PROSE,
  CODE,
  TABLE;

  /** Its name in the database and on the wire. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
