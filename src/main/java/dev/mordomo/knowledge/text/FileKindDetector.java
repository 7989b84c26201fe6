package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells what a file is by its bytes; its name only decides between kinds of text. A name that
 * claims what the bytes are not is refused, never believed.
 */
final class FileKindDetector {
  private static final Pattern MARKDOWN_SIGN =
      Pattern.compile("(?m)^(?:#{1,6} \\S|```|~~~|\\|.+\\|\\s*$\\n\\|[ :|-]+\\|)");
  private static final Pattern HTML_SIGN =
      Pattern.compile(
          "(?is)\\A\\s*(?:<\\?xml[^>]*>\\s*)?(?:<!--.*?-->\\s*)*<(?:!doctype\\s+html|html|head|body)\\b.*");

  private static final Pattern HEADER = Pattern.compile("(?:From |[A-Za-z][A-Za-z-]*:)");

  private FileKindDetector() {}

  static FileKind detect(String fileName, byte[] bytes) {
    if (bytes.length == 0) {
      throw unreadable("the file is empty");
    }
    Optional<FileKind> claimed = FileKind.claimedBy(fileName);
    Optional<FileKind> found = byMagic(bytes);
    FileKind kind = found.orElseGet(() -> textKind(claimed, bytes));
    claimed.ifPresent(claim -> refuseImpostor(claim, kind));
    return kind;
  }

  private static Optional<FileKind> byMagic(byte[] bytes) {
    String head = ascii(bytes, 1024);
    if (head.contains("%PDF-")) {
      return Optional.of(FileKind.PDF);
    }
    if (head.startsWith("PK\u0003\u0004")) {
      return Optional.of(insideZip(bytes));
    }
    if (head.startsWith("PK\u0005\u0006")) {
      throw unreadable("the file is an empty archive");
    }
    refuseKnown(head);
    return Optional.empty();
  }

  private static void refuseKnown(String head) {
    if (head.startsWith("\u00D0\u00CF\u0011\u00E0")) {
      throw unsupported("an old Office file, or an encrypted one; save it as .docx or .pdf");
    }
    if (head.startsWith("{\\rtf")) {
      throw unsupported("an RTF file; save it as .docx or .pdf");
    }
    if (head.startsWith("\u0089PNG")
        || head.startsWith("\u00FF\u00D8\u00FF")
        || head.startsWith("GIF8")
        || head.startsWith("II*\0")
        || head.startsWith("MM\0*")) {
      throw unsupported("an image; its text would first have to be recognised");
    }
    if (head.startsWith("\u001F\u008B")
        || head.startsWith("7z\u00BC\u00AF")
        || head.startsWith("Rar!")) {
      throw unsupported("an archive; unpack it and add its files one by one");
    }
    if (head.startsWith("%!PS")) {
      throw unsupported("a PostScript file; convert it to PDF");
    }
    if (head.startsWith("\u007FELF") || head.startsWith("MZ\u0090")) {
      throw unsupported("a program");
    }
  }

  /** The names in an archive are never compressed, so nothing needs to be inflated to see them. */
  private static FileKind insideZip(byte[] bytes) {
    String raw = ascii(bytes, bytes.length);
    if (raw.contains("word/document.xml")) {
      return FileKind.DOCX;
    }
    if (raw.contains("xl/workbook.xml")) {
      throw unsupported("a spreadsheet; export the sheet as csv");
    }
    if (raw.contains("ppt/presentation.xml")) {
      throw unsupported("a presentation; export it as PDF");
    }
    if (raw.contains("application/vnd.oasis.opendocument.text")) {
      return FileKind.ODT;
    }
    if (raw.contains("application/vnd.oasis.opendocument")) {
      throw unsupported("an OpenDocument sheet or presentation; export it as csv or PDF");
    }
    throw unsupported("an archive; unpack it and add its files one by one");
  }

  private static FileKind textKind(Optional<FileKind> claimed, byte[] bytes) {
    if (claimed.isPresent() && isContainer(claimed.get())) {
      throw unreadable(
          "the file is named ." + claimed.get().extension() + ", but it is not one inside");
    }
    if (TextDecoder.isBinary(bytes)) {
      throw claimed.isPresent()
          ? unreadable("the file is named as text, but holds binary data")
          : unsupported("a kind of binary file that cannot be read");
    }
    String start = TextDecoder.decode(bytes);
    if (claimed.isPresent()
        && claimed.get() == FileKind.EML
        && !HEADER.matcher(start).lookingAt()) {
      throw unreadable("the file is named .eml, but it begins with no header of an e-mail");
    }
    if (claimed.isPresent() && claimed.get() != FileKind.PLAIN) {
      return claimed.get();
    }
    if (HTML_SIGN.matcher(start.substring(0, Math.min(start.length(), 4000))).matches()) {
      return FileKind.HTML;
    }
    return MARKDOWN_SIGN.matcher(start).find() ? FileKind.MARKDOWN : FileKind.PLAIN;
  }

  private static void refuseImpostor(FileKind claimed, FileKind found) {
    boolean bothText = !isContainer(claimed) && !isContainer(found);
    if (!bothText && claimed != found) {
      throw unreadable(
          "the file is named ."
              + claimed.extension()
              + ", but inside it is a "
              + found.extension().toUpperCase(Locale.ROOT)
              + " file");
    }
  }

  private static boolean isContainer(FileKind kind) {
    return switch (kind) {
      case PDF, DOCX, ODT -> true;
      case PLAIN, MARKDOWN, HTML, CSV, EML -> false;
    };
  }

  private static String ascii(byte[] bytes, int most) {
    return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.ISO_8859_1);
  }

  private static Failure unreadable(String detail) {
    return Failure.of(FailureCode.UNREADABLE_FILE, detail);
  }

  private static Failure unsupported(String what) {
    return Failure.of(
        FailureCode.UNSUPPORTED_MEDIA_TYPE,
        "the file is " + what + " (txt, md, html, pdf, docx, odt, csv and eml can be read)");
  }
}
