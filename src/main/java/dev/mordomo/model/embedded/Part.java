package dev.mordomo.model.embedded;

/** The part of speech of a lemma, as the lexicon's second column names it. */
enum Part {
  NOUN("n"),
  VERB("v"),
  ADJECTIVE("a"),
  ADVERB("adv"),
  FUNCTION("f"),
  EXPRESSION("x"),
  /** Learned from parallel text, where parts of speech are not known. */
  LEARNED("l");

  private final String code;

  Part(String code) {
    this.code = code;
  }

  static Part of(String code) {
    for (Part part : values()) {
      if (part.code.equals(code)) {
        return part;
      }
    }
    throw new IllegalArgumentException("no part of speech is called " + code);
  }
}
