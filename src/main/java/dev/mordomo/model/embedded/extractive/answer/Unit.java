package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.Passage;

/**
 * The least part of a passage that can be quoted.
 *
 * @param passage where it stands
 * @param kind what it is
 * @param text as it is quoted
 * @param context what it is to be understood with: the line above a list, a table's header, the
 *     code that encloses it; or ""
 * @param group units of one list, table, paragraph or code block share a number
 * @param place its place in the passage, from 0
 */
record Unit(Passage passage, Kind kind, String text, String context, int group, int place) {

  /** What a unit is. */
  enum Kind {
    SENTENCE,
    ITEM,
    STEP,
    ROW,
    CODE_LINE,
    CODE_BLOCK;

    boolean isCode() {
      return this == CODE_LINE || this == CODE_BLOCK;
    }

    boolean isListed() {
      return this == ITEM || this == STEP;
    }
  }

  /** The heading nearest to it. */
  String heading() {
    String path = passage.heading();
    return path.substring(path.lastIndexOf('›') + 1).strip();
  }
}
