package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the fields of a user may hold. */
final class ProfileRules {
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_LOCALE = 35;
  private static final int LONGEST_URL = 2048;

  private ProfileRules() {}

  /**
   * @return the same, stripped and in canonical form
   * @throws Failure {@code invalid} naming every bad field
   */
  static User.Profile checked(User.Profile profile) {
    List<FieldError> errors = new ArrayList<>();
    User.Profile checked =
        new User.Profile(
            profile.name().flatMap(name -> name(name, errors)),
            profile.locale().flatMap(locale -> locale(locale, errors)),
            profile.timeZone().flatMap(zone -> zone(zone, errors)),
            avatar(profile.avatar(), errors));
    if (!errors.isEmpty()) {
      throw Failure.invalid(errors);
    }
    return checked;
  }

  /**
   * @throws Failure {@code invalid} when it is blank or too long
   */
  static String checkedName(String name) {
    List<FieldError> errors = new ArrayList<>();
    return name(name, errors).orElseThrow(() -> Failure.invalid(errors));
  }

  private static Optional<String> name(String name, List<FieldError> errors) {
    String stripped = name.strip();
    if (stripped.isEmpty() || stripped.length() > LONGEST_NAME || stripped.indexOf('\0') >= 0) {
      errors.add(new FieldError("name", "expected 1 to " + LONGEST_NAME + " characters"));
      return Optional.empty();
    }
    return Optional.of(stripped);
  }

  private static Optional<String> locale(String tag, List<FieldError> errors) {
    try {
      Locale locale = new Locale.Builder().setLanguageTag(tag.strip()).build();
      String canonical = locale.toLanguageTag();
      if (!locale.getLanguage().isEmpty() && canonical.length() <= LONGEST_LOCALE) {
        return Optional.of(canonical);
      }
    } catch (IllformedLocaleException e) {
      // Told below.
    }
    errors.add(new FieldError("locale", "expected a language tag such as pt-BR"));
    return Optional.empty();
  }

  private static Optional<String> zone(String zone, List<FieldError> errors) {
    try {
      return Optional.of(ZoneId.of(zone.strip()).getId());
    } catch (DateTimeException e) {
      errors.add(new FieldError("time_zone", "expected a time zone such as America/Sao_Paulo"));
      return Optional.empty();
    }
  }

  private static Optional<Optional<String>> avatar(
      Optional<Optional<String>> wanted, List<FieldError> errors) {
    return wanted.isEmpty() || wanted.get().isEmpty()
        ? wanted
        : Optional.of(avatar(wanted.get().get(), errors));
  }

  private static Optional<String> avatar(String url, List<FieldError> errors) {
    try {
      URI uri = new URI(url.strip());
      if ("https".equalsIgnoreCase(uri.getScheme())
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && url.length() <= LONGEST_URL) {
        return Optional.of(uri.toString());
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    errors.add(new FieldError("avatar", "expected an https URL"));
    return Optional.empty();
  }
}
