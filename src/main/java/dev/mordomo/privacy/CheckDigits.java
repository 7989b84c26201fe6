package dev.mordomo.privacy;

/** The check digits of numbers that identify, by the rules of those who give them out. */
final class CheckDigits {
  private static final int CPF = 11;
  private static final int CNPJ = 14;

  private CheckDigits() {}

  /**
   * Receita Federal: weights 10 … 2 over nine digits, then 11 … 2 over ten; modulo 11. Eleven equal
   * digits pass the sums and are given to nobody.
   */
  static boolean isCpf(String digits) {
    return digits.length() == CPF
        && !allEqual(digits)
        && mod11(digits, 9, 10) == value(digits, 9)
        && mod11(digits, 10, 11) == value(digits, 10);
  }

  /**
   * Receita Federal: weights 2 … 9 from the right, twice. Since July 2026 the first twelve may be
   * letters too, whose value is that of their ASCII code less 48 (IN RFB 2.229/2024).
   */
  static boolean isCnpj(String characters) {
    return characters.length() == CNPJ
        && !allEqual(characters)
        && Character.isDigit(characters.charAt(12))
        && Character.isDigit(characters.charAt(13))
        && mod11(characters, 12, 9) == value(characters, 12)
        && mod11(characters, 13, 9) == value(characters, 13);
  }

  /** ISO/IEC 7812-1: every second digit from the right doubled, the sum of digits modulo 10. */
  static boolean isLuhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = value(digits, digits.length() - 1 - i);
      int counted = i % 2 == 0 ? digit : 2 * digit;
      sum += counted > 9 ? counted - 9 : counted;
    }
    return sum % 10 == 0 && !allEqual(digits);
  }

  /**
   * @param most the largest weight: from the right they are 2, 3 … and begin again after it
   */
  private static int mod11(String characters, int n, int most) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      int fromRight = n - 1 - i;
      sum += value(characters, i) * (2 + fromRight % (most - 1));
    }
    int rest = sum % 11;
    return rest < 2 ? 0 : 11 - rest;
  }

  private static int value(String characters, int at) {
    return characters.charAt(at) - '0';
  }

  private static boolean allEqual(String characters) {
    return characters.chars().allMatch(c -> c == characters.charAt(0));
  }
}
