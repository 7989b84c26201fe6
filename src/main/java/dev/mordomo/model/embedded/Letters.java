package dev.mordomo.model.embedded;

/** Letters without their accents: "ação" and "acao" are looked up alike. */
final class Letters {
  private static final String ACCENTED = "áàâãäéèêëíìîïóòôõöúùûüçñ";
  private static final String PLAIN = "aaaaaeeeeiiiiooooouuuucn";
  private static final char[] FOLD = new char[0x100];

  static {
    for (int i = 0; i < ACCENTED.length(); i++) {
      FOLD[ACCENTED.charAt(i)] = PLAIN.charAt(i);
    }
  }

  private Letters() {}

  /** A lower-case word without accents; the same string when it has none. */
  static String fold(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (plain(word.charAt(i)) != word.charAt(i)) {
        char[] letters = word.toCharArray();
        for (int j = i; j < letters.length; j++) {
          letters[j] = plain(letters[j]);
        }
        return new String(letters);
      }
    }
    return word;
  }

  /** Whether two words may stand for one thing by their endings: not "cada piso" and "paga". */
  static boolean agree(String one, String other) {
    if (one.length() < 3 || other.length() < 3) {
      return true;
    }
    boolean many = one.endsWith("s");
    boolean others = other.endsWith("s");
    char last = one.charAt(one.length() - (many ? 2 : 1));
    char otherLast = other.charAt(other.length() - (others ? 2 : 1));
    boolean vowels = (last == 'o' || last == 'a') && (otherLast == 'o' || otherLast == 'a');
    return !vowels || (last == otherLast && many == others);
  }

  /** A letter without its accent. */
  static char plain(char letter) {
    char folded = letter < FOLD.length ? FOLD[letter] : 0;
    return folded == 0 ? letter : folded;
  }
}
