package dev.mordomo.knowledge;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;

/**
 * A document to be taken in.
 *
 * @param title else the document's own, else the file's name
 * @param source where it came from: another document of the same source is a duplicate
 * @param language ISO 639-1, where the giver knows better than detection
 */
public record DocumentUpload(
    Content content,
    Optional<String> title,
    Optional<String> source,
    Optional<String> language,
    Map<String, Object> metadata,
    OnDuplicate onDuplicate) {

  public DocumentUpload {
    metadata = Map.copyOf(metadata);
  }

  /** What it holds. */
  public sealed interface Content {
    /** Text, Markdown or HTML, as its signs say. */
    record Text(String content) implements Content {}

    /** A file; its name is the user's, and only its extension is looked at. */
    record File(String name, Buffer bytes) implements Content {}
  }

  /** A file with nothing said about it. */
  public static DocumentUpload file(String name, Buffer bytes) {
    return new DocumentUpload(
        new Content.File(name, bytes),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        OnDuplicate.REFUSE);
  }

  /** A text under a title. */
  public static DocumentUpload text(String title, String content) {
    return new DocumentUpload(
        new Content.Text(content),
        Optional.of(title),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        OnDuplicate.REFUSE);
  }

  public DocumentUpload withSource(String from) {
    return new DocumentUpload(content, title, Optional.of(from), language, metadata, onDuplicate);
  }

  public DocumentUpload onDuplicate(OnDuplicate then) {
    return new DocumentUpload(content, title, source, language, metadata, then);
  }
}
