package dev.mordomo.identity;

import java.security.SecureRandom;

/**
 * A password that can be read aloud and typed: 72 random bits, {@code bakudo-fimesa-nolite-ruvopa}.
 */
final class ReadablePassword {
  private static final String CONSONANTS = "bcdfghjklmnprstv";
  private static final String VOWELS = "aeio";
  private static final int GROUPS = 4;
  private static final int SYLLABLES = 3;

  private ReadablePassword() {}

  static String next() {
    SecureRandom random = new SecureRandom();
    StringBuilder password = new StringBuilder();
    for (int group = 0; group < GROUPS; group++) {
      if (group > 0) {
        password.append('-');
      }
      for (int syllable = 0; syllable < SYLLABLES; syllable++) {
        password
            .append(CONSONANTS.charAt(random.nextInt(CONSONANTS.length())))
            .append(VOWELS.charAt(random.nextInt(VOWELS.length())));
      }
    }
    return password.toString();
  }
}
