package dev.mordomo.knowledge.text;

import java.util.Locale;
import java.util.Optional;

/** The kinds of file that can be read. */
public enum FileKind {
  PLAIN("txt", "text/plain"),
  MARKDOWN("md", "text/markdown"),
  HTML("html", "text/html"),
  PDF("pdf", "application/pdf"),
  DOCX("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
  ODT("odt", "application/vnd.oasis.opendocument.text"),
  CSV("csv", "text/csv"),
  EML("eml", "message/rfc822");

  private final String extension;
  private final String mediaType;

  FileKind(String extension, String mediaType) {
    this.extension = extension;
    this.mediaType = mediaType;
  }

  /** The usual extension, without the dot; also a document's {@code source_type}. */
  public String extension() {
    return extension;
  }

  public String mediaType() {
    return mediaType;
  }

  /** What a file's name claims; empty where it has no extension that is known. */
  static Optional<FileKind> claimedBy(String fileName) {
    return switch (extensionOf(fileName)) {
      case "txt", "text", "log" -> Optional.of(PLAIN);
      case "md", "markdown", "mdown", "mkd" -> Optional.of(MARKDOWN);
      case "html", "htm", "xhtml" -> Optional.of(HTML);
      case "pdf" -> Optional.of(PDF);
      case "docx" -> Optional.of(DOCX);
      case "odt" -> Optional.of(ODT);
      case "csv", "tsv" -> Optional.of(CSV);
      case "eml" -> Optional.of(EML);
      default -> Optional.empty();
    };
  }

  /** Whether a file's name ends in an extension that is known. */
  public static boolean isClaimedBy(String fileName) {
    return claimedBy(fileName).isPresent();
  }

  private static String extensionOf(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
