package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.mozilla.universalchardet.UniversalDetector;

/**
 * Turns bytes into text: a byte order mark decides; else UTF-8, if every byte is; else what the
 * statistics of the bytes say; else windows-1252, the usual one where Portuguese and Spanish were
 * written before UTF-8.
 */
final class TextDecoder {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  /** How much of a text may be control characters before it is no text. */
  private static final double MOST_CONTROLS = 0.01;

  /** A few stray ones are in many a real text. */
  private static final int STRAY_CONTROLS = 3;

  private TextDecoder() {}

  static String decode(byte[] bytes) {
    Optional<String> marked = byMark(bytes);
    if (marked.isPresent()) {
      return marked.get();
    }
    refuseBinary(bytes);
    return strict(bytes, StandardCharsets.UTF_8).orElseGet(() -> legacy(bytes));
  }

  /** Whether the bytes are no text of any encoding that is read here. */
  static boolean isBinary(byte[] bytes) {
    if (byMark(bytes).isPresent()) {
      return false;
    }
    int controls = 0;
    for (byte b : bytes) {
      if (b == 0) {
        return true;
      }
      if (b > 0 && b < 32 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 27) {
        controls++;
      }
    }
    return controls > STRAY_CONTROLS + bytes.length * MOST_CONTROLS;
  }

  private static void refuseBinary(byte[] bytes) {
    if (isBinary(bytes)) {
      throw Failure.of(
          FailureCode.UNREADABLE_FILE, "the file holds binary data, not text that can be read");
    }
  }

  private static Optional<String> byMark(byte[] bytes) {
    if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
      return strict(from(bytes, 3), StandardCharsets.UTF_8);
    }
    if (startsWith(bytes, 0xFF, 0xFE)) {
      return strict(from(bytes, 2), StandardCharsets.UTF_16LE);
    }
    if (startsWith(bytes, 0xFE, 0xFF)) {
      return strict(from(bytes, 2), StandardCharsets.UTF_16BE);
    }
    return Optional.empty();
  }

  private static String legacy(byte[] bytes) {
    UniversalDetector detector = new UniversalDetector();
    detector.handleData(bytes, 0, Math.min(bytes.length, 100_000));
    detector.dataEnd();
    String name = detector.getDetectedCharset();
    Charset charset =
        name != null && Charset.isSupported(name) ? Charset.forName(name) : WINDOWS_1252;
    return strict(bytes, charset).orElseGet(() -> new String(bytes, WINDOWS_1252));
  }

  private static Optional<String> strict(byte[] bytes, Charset charset) {
    try {
      return Optional.of(
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString());
    } catch (CharacterCodingException notThisCharset) {
      return Optional.empty();
    }
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if ((bytes[i] & 0xFF) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] from(byte[] bytes, int start) {
    return java.util.Arrays.copyOfRange(bytes, start, bytes.length);
  }
}
