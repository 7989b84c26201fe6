package dev.mordomo.knowledge.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/**
 * A passage of a document.
 *
 * @param index 0, 1, … in the order of the document
 * @param title of the document
 * @param heading the headings above it, " › " between levels, or ""
 * @param text what is shown and searched
 * @param start where it begins in {@link ExtractedText#text()}, and
 * @param end where it ends; the text may add a repeated lead or header and a code fence
 * @param page from 1, or 0 where the format has none
 * @param language ISO 639-1, or "" when unknown
 */
public record TextChunk(
    int index,
    String title,
    String heading,
    String text,
    int start,
    int end,
    int page,
    String language,
    ChunkKind kind) {
  private static final Pattern SYMBOLS =
      Pattern.compile("[\\p{So}\\p{Sk}\\p{Cn}\\x{FE0F}\\x{200D}&&[^`^]]+");
  private static final Pattern SPACES = Pattern.compile("\\h+");

  /** The text with its context, as it is given to the embedding model. */
  public String embeddingText() {
    String context = heading.isEmpty() ? title : title + "\n" + heading;
    String plain = SYMBOLS.matcher(context + "\n" + text).replaceAll(" ");
    return SPACES.matcher(plain).replaceAll(" ").replaceAll("(?m)^ | $", "").strip();
  }

  /** SHA-256 of {@link #embeddingText()}: equal texts need one embedding. 32 bytes. */
  public byte[] fingerprint() {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(embeddingText().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
