package dev.mordomo.knowledge.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/** Collects the lines of a PDF with what tells headings, code and paragraphs apart. */
final class PdfLineReader extends PDFTextStripper {
  private final List<PdfLine> lines = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final List<TextPosition> letters = new ArrayList<>();

  List<PdfLine> linesOf(PDDocument document) throws IOException {
    getText(document);
    return List.copyOf(lines);
  }

  @Override
  protected void writeString(String word, List<TextPosition> positions) {
    text.append(word);
    letters.addAll(positions);
  }

  @Override
  protected void writeWordSeparator() {
    text.append(' ');
  }

  @Override
  protected void writeLineSeparator() throws IOException {
    endLine();
  }

  @Override
  protected void writePageEnd() throws IOException {
    endLine();
  }

  private void endLine() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("stopped");
    }
    if (!text.toString().isBlank() && !letters.isEmpty()) {
      TextPosition first = letters.getFirst();
      double size = letters.stream().mapToDouble(TextPosition::getFontSizeInPt).max().orElse(0);
      lines.add(
          new PdfLine(
              getCurrentPageNo(),
              text.toString(),
              Math.round(size * 2) / 2.0,
              mostly(PdfLineReader::isBold),
              mostly(PdfLineReader::isMonospaced),
              first.getXDirAdj(),
              first.getYDirAdj()));
    }
    text.setLength(0);
    letters.clear();
  }

  private boolean mostly(java.util.function.Predicate<TextPosition> property) {
    return letters.stream().filter(property).count() * 10 >= letters.size() * 9L;
  }

  private static boolean isBold(TextPosition letter) {
    String name = fontName(letter);
    return name.contains("bold") || name.contains("black") || name.contains("heavy");
  }

  private static boolean isMonospaced(TextPosition letter) {
    String name = fontName(letter);
    return name.contains("mono") || name.contains("courier") || name.contains("consol");
  }

  private static String fontName(TextPosition letter) {
    String name = letter.getFont() == null ? null : letter.getFont().getName();
    return name == null ? "" : name.toLowerCase(Locale.ROOT);
  }
}
