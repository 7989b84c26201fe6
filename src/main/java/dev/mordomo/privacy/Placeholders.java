package dev.mordomo.privacy;

import com.google.crypto.tink.subtle.AesSiv;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands in a text in place of something personal. A mask, {@code [cpf]}, cannot be undone. A
 * placeholder, {@code [[cpf:…]]}, holds the original sealed (AES-SIV, RFC 5297) under a key of its
 * user, so it needs no table, any node can open it, and the same original is the same placeholder.
 * Pure but for the installation's secret; safe for all threads.
 */
public final class Placeholders {
  static final Pattern FORM =
      Pattern.compile("\\[\\[(cpf|cnpj|email|phone|card):([a-z2-7]*)(\\]\\])?");
  private static final String BEGINNING = "[[";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String HMAC = "HmacSHA256";
  private static final int MARK = 12;
  private static final int KEY = 64;
  private static final int HALF = 32;

  private final Secret secret;

  public Placeholders(Secret secret) {
    this.secret = secret;
  }

  static String mask(PersonalKind kind) {
    return "[" + kind.wire() + "]";
  }

  String seal(Scope who, PersonalKind kind, String original) {
    try {
      byte[] sealed =
          cipher(who)
              .encryptDeterministically(
                  original.getBytes(StandardCharsets.UTF_8), name(kind.wire()));
      return BEGINNING + kind.wire() + ":" + base32(sealed) + "]]";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal a placeholder", e);
    }
  }

  /**
   * The text as its user wrote it. What is another user's, or was cut, becomes a mask. The
   * originals hold nothing that JSON would escape, so JSON may be given too.
   */
  public String restored(Scope who, String text) {
    if (!text.contains(BEGINNING)) {
      return text;
    }
    return FORM.matcher(text).replaceAll(found -> Matcher.quoteReplacement(original(who, found)));
  }

  /** The text with what one user's key has sealed in it sealed under another's. */
  public String handedOver(Scope from, Scope to, String text) {
    return FORM.matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                open(from, found.group(1), found.group(2))
                    .map(original -> seal(to, PersonalKind.of(found.group(1)), original))
                    .orElseGet(found::group)));
  }

  /** The text with masks, which need no key and no user. */
  String masksOnly(String text) {
    return text.contains(BEGINNING) ? FORM.matcher(text).replaceAll("[$1]") : text;
  }

  /**
   * The beginning of a text, as long as so many characters of what its user sees of it. Of a
   * placeholder that was begun its beginning is sealed.
   */
  String beginning(Scope who, String text, int chars) {
    StringBuilder kept = new StringBuilder();
    Matcher found = FORM.matcher(text);
    int from = 0;
    int left = Math.max(0, chars);
    while (found.find() && left >= found.start() - from) {
      kept.append(text, from, found.start());
      left -= found.start() - from;
      from = found.end();
      String seen = original(who, found);
      if (left < seen.length()) {
        String heard = Masking.beginning(seen, left);
        return heard.isEmpty() || seen.startsWith("[")
            ? kept.append(heard).toString()
            : kept.append(seal(who, PersonalKind.of(found.group(1)), heard)).toString();
      }
      kept.append(found.group());
      left -= seen.length();
    }
    return kept.append(Masking.beginning(text.substring(from), left)).toString();
  }

  private String original(Scope who, MatchResult found) {
    return Optional.ofNullable(found.group(3))
        .flatMap(end -> open(who, found.group(1), found.group(2)))
        .orElse("[" + found.group(1) + "]");
  }

  /**
   * Twelve letters that tell one text of a tenant from another and say nothing of it: they cannot
   * be guessed without the secret. No digits, so that they look like no number.
   */
  String mark(UUID tenant, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.derive("marks of " + tenant), HMAC));
      byte[] code = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      StringBuilder letters = new StringBuilder();
      for (int i = 0; i < MARK; i++) {
        letters.append((char) ('a' + (code[i] & 15)));
      }
      return letters.toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  private Optional<String> open(Scope who, String kind, String sealed) {
    try {
      return Optional.of(
          new String(
              cipher(who).decryptDeterministically(bytes(sealed), name(kind)),
              StandardCharsets.UTF_8));
    } catch (GeneralSecurityException notTheirs) {
      return Optional.empty();
    }
  }

  private AesSiv cipher(Scope who) throws GeneralSecurityException {
    String purpose = "personal data of " + who.tenantId() + " " + who.userId();
    byte[] key = Arrays.copyOf(secret.derive(purpose + " 1"), KEY);
    System.arraycopy(secret.derive(purpose + " 2"), 0, key, HALF, HALF);
    return new AesSiv(key);
  }

  private static byte[] name(String kind) {
    return kind.getBytes(StandardCharsets.UTF_8);
  }

  /** RFC 4648 without padding, in lower case: letters and digits alone, which no JSON escapes. */
  static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int held = 0;
    int bits = 0;
    for (byte b : bytes) {
      held = (held << 8) | (b & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt((held >> bits) & 31));
      }
      held &= (1 << bits) - 1;
    }
    if (bits > 0) {
      text.append(ALPHABET.charAt((held << (5 - bits)) & 31));
    }
    return text.toString();
  }

  static byte[] bytes(String base32) {
    byte[] bytes = new byte[base32.length() * 5 / 8];
    int held = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < base32.length(); i++) {
      held = (held << 5) | ALPHABET.indexOf(base32.charAt(i));
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (held >> bits);
        held &= (1 << bits) - 1;
      }
    }
    return bytes;
  }
}
