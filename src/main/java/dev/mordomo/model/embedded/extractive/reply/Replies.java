package dev.mordomo.model.embedded.extractive.reply;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The sentences of one language. */
public final class Replies {
  private static final Map<String, Replies> BY_LANGUAGE =
      Map.of("pt", new Replies("pt"), "es", new Replies("es"), "en", new Replies("en"));

  private final Properties sentences = new Properties();
  private final String language;

  private Replies(String language) {
    this.language = language;
    String name = "/extractive/replies." + language + ".properties";
    try (InputStream file = Replies.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException("missing resource " + name);
      }
      sentences.load(new InputStreamReader(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sentences in a language; in English where there are none. */
  public static Replies in(String language) {
    Replies known = BY_LANGUAGE.get(language);
    return known != null ? known : Replies.in("en");
  }

  public String language() {
    return language;
  }

  /** The sentence with its places filled in. */
  public String say(String key, Object... values) {
    return find(key, values).orElseThrow(() -> new IllegalArgumentException("no sentence " + key));
  }

  /** The sentence, where there is one of that key. */
  public Optional<String> find(String key, Object... values) {
    return Optional.ofNullable(sentences.getProperty(key)).map(text -> filled(text, values));
  }

  private static String filled(String text, Object... values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      boolean place =
          text.charAt(at) == '{'
              && at + 2 < text.length()
              && text.charAt(at + 2) == '}'
              && Character.isDigit(text.charAt(at + 1));
      if (place) {
        filled.append(values[Character.digit(text.charAt(at + 1), 10)]);
        at += 3;
      } else {
        filled.append(text.charAt(at));
        at++;
      }
    }
    return filled.toString();
  }
}
