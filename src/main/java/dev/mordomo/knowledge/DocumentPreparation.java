package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Masking;
import dev.mordomo.knowledge.DocumentMasking.Hiding;
import dev.mordomo.knowledge.DocumentUpload.Content;
import dev.mordomo.knowledge.text.Chunker;
import dev.mordomo.knowledge.text.ExtractedText;
import dev.mordomo.knowledge.text.FileKind;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.knowledge.text.TextExtractor;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks, reads and cuts up what was uploaded. */
final class DocumentPreparation {
  /** In a document's metadata: what was found in it and hidden. */
  static final String NOTE = "personal_data";

  private static final int LONGEST_TITLE = 500;
  private static final int LONGEST_SOURCE = 2_000;
  private static final int LARGEST_METADATA = 65_536;

  private final TextExtractor extractor;
  private final Chunker chunker;

  DocumentPreparation(TextExtractor extractor, Chunker chunker) {
    this.extractor = extractor;
    this.chunker = chunker;
  }

  /** What can be said of an upload without reading it: all but its text, and a title for now. */
  PreparedDocument glance(DocumentUpload given, Hiding hiding) {
    check(given);
    DocumentUpload upload = hidden(given, hiding);
    Buffer bytes = bytes(upload);
    String name = name(upload);
    FileKind kind = extractor.kindOf(name.isEmpty() ? "content.txt" : name, bytes.getBytes());
    String title = hiding.pass().masked(title(upload, name));
    return new PreparedDocument(
        title,
        !title.equals(title(given, name)),
        upload.source(),
        kind.extension(),
        upload.language().orElse(""),
        sha256(bytes),
        name.isEmpty() ? "document." + kind.extension() : maskedName(hiding.pass(), name),
        bytes,
        hiding.seals() ? pending(upload.metadata()) : upload.metadata(),
        List.of(),
        hiding.seals());
  }

  private static String title(DocumentUpload upload, String name) {
    String title = upload.title().map(String::strip).orElse(withoutExtension(name));
    return title.isBlank() ? "?" : title.substring(0, Math.min(LONGEST_TITLE, title.length()));
  }

  /** Until it is read nobody knows what is in it. */
  private static Map<String, Object> pending(Map<String, Object> metadata) {
    Map<String, Object> noted = new HashMap<>(metadata);
    noted.put(NOTE, Map.of("found", Map.of()));
    return noted;
  }

  /** What was noted before is noted anew. */
  private static DocumentUpload hidden(DocumentUpload upload, Hiding hiding) {
    Masking.Pass pass = hiding.pass();
    Map<String, Object> metadata = new LinkedHashMap<>(upload.metadata());
    metadata.remove(NOTE);
    Optional<String> title = upload.title().map(pass::masked);
    return new DocumentUpload(
        upload.content(),
        title,
        upload.source().map(hiding::source),
        upload.language(),
        pass.masked(metadata),
        upload.onDuplicate());
  }

  static Buffer bytes(DocumentUpload upload) {
    return switch (upload.content()) {
      case Content.Text text -> Buffer.buffer(text.content());
      case Content.File file -> file.bytes();
    };
  }

  private static String name(DocumentUpload upload) {
    return switch (upload.content()) {
      case Content.Text _ -> "";
      case Content.File file -> baseName(file.name());
    };
  }

  PreparedDocument prepare(DocumentUpload given, Hiding hiding) {
    check(given);
    Masking.Pass pass = hiding.pass();
    DocumentUpload upload = hidden(given, hiding);
    Buffer bytes = bytes(upload);
    String name = name(upload);
    ExtractedText read = extractor.extract(name.isEmpty() ? "content.txt" : name, bytes.getBytes());
    ExtractedText text = hiding.seals() ? read.mapped(pass::masked) : read;
    String title = pass.masked(title(upload, text, name));
    String language = upload.language().orElseGet(() -> chunker.languageOf(text));
    List<TextChunk> chunks = chunker.chunk(text, title, upload.language().orElse(""));
    return new PreparedDocument(
        title,
        !title.equals(title(given, read, name)),
        upload.source(),
        text.kind().extension(),
        language,
        sha256(bytes),
        name.isEmpty() ? "document." + text.kind().extension() : maskedName(pass, name),
        bytes,
        pass.noted(upload.metadata()),
        chunks,
        hiding.seals());
  }

  private static void check(DocumentUpload upload) {
    List<FieldError> errors = new ArrayList<>();
    upload
        .title()
        .filter(t -> t.isBlank() || t.length() > LONGEST_TITLE)
        .ifPresent(t -> errors.add(new FieldError("title", "1 to 500 characters")));
    upload
        .source()
        .filter(s -> s.isBlank() || s.length() > LONGEST_SOURCE || s.indexOf('\0') >= 0)
        .ifPresent(s -> errors.add(new FieldError("source", "1 to 2000 characters")));
    upload
        .language()
        .filter(l -> !l.matches("[a-z]{2}"))
        .ifPresent(l -> errors.add(new FieldError("language", "two letters (ISO 639-1)")));
    String metadata = Json.write(upload.metadata());
    if (metadata.length() > LARGEST_METADATA || metadata.contains("\\u0000")) {
      errors.add(new FieldError("metadata", "at most 64 KiB as JSON, without NUL characters"));
    }
    if (!errors.isEmpty()) {
      throw Failure.invalid(errors);
    }
  }

  private static String title(DocumentUpload upload, ExtractedText text, String fileName) {
    String own = text.title().orElse("");
    String otherwise = own.isBlank() ? withoutExtension(fileName) : own;
    String title = upload.title().map(String::strip).orElse(otherwise).replace("\0", "");
    String whole = title.isBlank() ? firstWords(text) : title;
    return whole.substring(0, Math.min(LONGEST_TITLE, whole.length()));
  }

  private static String firstWords(ExtractedText text) {
    String start = text.text().substring(0, Math.min(80, text.text().length()));
    return start.lines().findFirst().orElse(start).strip();
  }

  private static String baseName(String name) {
    String base = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String clean = base.replaceAll("\\p{Cntrl}", "").strip();
    return clean.substring(Math.max(0, clean.length() - 255));
  }

  /** With its extension, which says what it is and may look like the end of an address. */
  private static String maskedName(Masking.Pass pass, String name) {
    String extension = FileKind.isClaimedBy(name) ? name.substring(name.lastIndexOf('.')) : "";
    return pass.masked(name.substring(0, name.length() - extension.length())) + extension;
  }

  private static String withoutExtension(String name) {
    int dot = name.lastIndexOf('.');
    return (dot > 0 ? name.substring(0, dot) : name).strip();
  }

  static String sha256(Buffer bytes) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.getBytes()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
