package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;

/** Reads a PDF by the place and the size of its letters. */
final class PdfReader implements DocumentReader {

  @Override
  public void read(byte[] bytes, BlockWriter out) throws IOException {
    UnpackGuard.pdf(bytes);
    try (PDDocument document = Loader.loadPDF(bytes)) {
      title(document.getDocumentInformation(), out);
      List<PdfLine> lines = new PdfLineReader().linesOf(document);
      boolean anything =
          lines.stream().anyMatch(l -> l.text().chars().anyMatch(Character::isLetterOrDigit));
      if (!anything) {
        throw Failure.of(
            FailureCode.UNREADABLE_FILE,
            "the PDF holds no text, so its pages are probably scanned pictures; recognise the text"
                + " (OCR) first");
      }
      new PdfLayout(lines, document.getNumberOfPages()).write(out);
    } catch (InvalidPasswordException encrypted) {
      throw Failure.of(
          FailureCode.UNREADABLE_FILE,
          "the PDF is encrypted; save it without a password",
          encrypted);
    }
  }

  /** Word processors leave the file's name there, which is no title. */
  private static void title(PDDocumentInformation information, BlockWriter out) {
    String title = information.getTitle();
    boolean isFileName = title != null && title.matches("(?i).*\\.(docx?|odt|pdf|tex|indd|pptx?)");
    if (title != null && !isFileName && !title.startsWith("Microsoft Word")) {
      out.title(title);
    }
  }
}
