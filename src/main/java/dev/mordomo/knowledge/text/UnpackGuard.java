package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Unpacks what a parser would unpack, and throws it away, to see how much it is: what grows beyond
 * all measure never reaches a parser.
 */
final class UnpackGuard {
  private static final int MOST_ENTRIES = 5_000;
  private static final int LARGEST_PART = 64 * 1024 * 1024;
  private static final long LARGEST_PDF = 512L * 1024 * 1024;
  private static final int DICTIONARY = 400;
  private static final byte[] STREAM = "stream".getBytes(StandardCharsets.ISO_8859_1);

  private UnpackGuard() {}

  /** The parts of an archive that hold text; pictures are never unpacked. */
  static void zip(byte[] bytes) throws IOException {
    byte[] buffer = new byte[65_536];
    long unpacked = 0;
    int entries = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (++entries > MOST_ENTRIES) {
          throw bomb();
        }
        String name = entry.getName().toLowerCase(Locale.ROOT);
        boolean text = name.endsWith(".xml") || name.endsWith(".rels");
        for (int n = zip.read(buffer); n >= 0; n = zip.read(buffer)) {
          unpacked += text ? n : 0;
          if (unpacked > LARGEST_PART || Thread.currentThread().isInterrupted()) {
            throw bomb();
          }
        }
      }
    }
  }

  /** The compressed streams of a PDF but its pictures, which are never unpacked to be read. */
  static void pdf(byte[] bytes) {
    long unpacked = 0;
    for (int at = next(bytes, 0); at >= 0; at = next(bytes, at)) {
      boolean end = at >= 9 && bytes[at - 7] == 'd' && bytes[at - 8] == 'n' && bytes[at - 9] == 'e';
      String dictionary = end ? "" : dictionary(bytes, at - STREAM.length);
      if (dictionary.contains("Flate") && !dictionary.contains("/Image")) {
        unpacked += inflated(bytes, begin(bytes, at));
        if (unpacked > LARGEST_PDF) {
          throw bomb();
        }
      }
    }
  }

  /** Behind the next "stream", or -1. */
  private static int next(byte[] bytes, int from) {
    for (int i = from; i + STREAM.length <= bytes.length; i++) {
      int n = 0;
      while (n < STREAM.length && bytes[i + n] == STREAM[n]) {
        n++;
      }
      if (n == STREAM.length) {
        return i + n;
      }
    }
    return -1;
  }

  private static String dictionary(byte[] bytes, int end) {
    int from = Math.max(0, end - DICTIONARY);
    String before = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    int object = before.lastIndexOf(" obj");
    return before.substring(Math.max(0, object));
  }

  private static int begin(byte[] bytes, int at) {
    int begin = at < bytes.length && bytes[at] == '\r' ? at + 1 : at;
    return begin < bytes.length && bytes[begin] == '\n' ? begin + 1 : begin;
  }

  private static long inflated(byte[] bytes, int from) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes, from, bytes.length - from);
      byte[] buffer = new byte[65_536];
      while (!inflater.finished()) {
        int n = inflater.inflate(buffer);
        if (n == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          break;
        }
        if (inflater.getBytesWritten() > LARGEST_PART || Thread.currentThread().isInterrupted()) {
          throw bomb();
        }
      }
      return inflater.getBytesWritten();
    } catch (DataFormatException notDeflated) {
      // Not what its dictionary says; the parser will find the same.
      return inflater.getBytesWritten();
    } finally {
      inflater.end();
    }
  }

  private static Failure bomb() {
    return Failure.of(
        FailureCode.UNREADABLE_FILE, "the file unpacks to far more than it says, and was refused");
  }
}
