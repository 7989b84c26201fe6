package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import java.util.Locale;
import java.util.regex.Pattern;

/** E-mail addresses as they are stored and compared: stripped and in lower case. */
final class Emails {
  private static final int LONGEST = 254;
  private static final Pattern FORM =
      Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@.\\p{Cntrl}]+(\\.[^\\s@.\\p{Cntrl}]+)*");

  private Emails() {}

  static String normalised(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * @return the address, normalised
   * @throws Failure {@code invalid} when it cannot be one
   */
  static String checked(String field, String email) {
    String normalised = normalised(email);
    if (normalised.length() > LONGEST || !FORM.matcher(normalised).matches()) {
      throw Failure.invalid(field, "expected an e-mail address");
    }
    return normalised;
  }
}
