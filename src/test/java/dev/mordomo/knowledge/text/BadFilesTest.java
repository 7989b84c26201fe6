package dev.mordomo.knowledge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.knowledge.text.TestFiles.Line;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.junit.jupiter.api.Test;

/** What cannot be read is refused with its reason, whatever its name says. */
final class BadFilesTest {
  private static final byte[] NULS = new byte[5000];
  private final TextExtractor extractor = Seeds.extractor();

  @Test
  void aBinaryPosingAsAPdfIsRefused() {
    byte[] program = new byte[2000];
    new Random(7).nextBytes(program);
    assertRefused(FailureCode.UNREADABLE_FILE, "named .pdf", "boleto.pdf", program);
    assertRefused(FailureCode.UNREADABLE_FILE, "named .pdf", "boleto.pdf", NULS);
    assertRefused(
        FailureCode.UNREADABLE_FILE, "damaged", "b.pdf", TestFiles.utf8("%PDF-1.7\nlixo"));
  }

  @Test
  void textFullOfNulsIsRefused() {
    assertRefused(FailureCode.UNREADABLE_FILE, "binary", "notas.txt", NULS);
    assertRefused(FailureCode.UNREADABLE_FILE, "binary", "notas.md", NULS);
    assertRefused(FailureCode.UNREADABLE_FILE, "binary", "notas.html", NULS);
  }

  @Test
  void otherKindsAreNamed() {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0};
    assertRefused(FailureCode.UNSUPPORTED_MEDIA_TYPE, "image", "foto.png", png);
    assertRefused(FailureCode.UNSUPPORTED_MEDIA_TYPE, "image", "foto.txt", png);
    byte[] zip = {'P', 'K', 3, 4, 0, 0, 0, 0};
    assertRefused(FailureCode.UNSUPPORTED_MEDIA_TYPE, "archive", "a.docx", zip);
    assertRefused(FailureCode.UNSUPPORTED_MEDIA_TYPE, "binary", "dados.bin", NULS);
  }

  @Test
  void emptyAndBlankFilesAreRefused() {
    assertRefused(FailureCode.UNREADABLE_FILE, "empty", "a.txt", new byte[0]);
    assertRefused(FailureCode.UNREADABLE_FILE, "no text", "a.txt", TestFiles.utf8(" \n \n"));
    assertRefused(
        FailureCode.UNREADABLE_FILE, "no text", "a.html", TestFiles.utf8("<html></html>"));
  }

  @Test
  void scannedAndEncryptedPdfsAreRefused() {
    List<Line> words = List.of(new Line("segredo", FontName.HELVETICA, 12, 0));
    assertRefused(FailureCode.UNREADABLE_FILE, "scanned", "s.pdf", TestFiles.pdf(List.of()));
    assertRefused(FailureCode.UNREADABLE_FILE, "encrypted", "e.pdf", TestFiles.pdf(words, true));
  }

  @Test
  void aZipBombIsRefused() {
    assertRefused(FailureCode.UNREADABLE_FILE, "", "bomba.docx", TestFiles.bomb());
    byte[] blank = TestFiles.odt("<text:p>" + " ".repeat(70 * 1024 * 1024) + "</text:p>");
    assertTrue(blank.length < 500_000);
    assertRefused(FailureCode.UNREADABLE_FILE, "unpacks", "bomba.odt", blank);
    byte[] pdf = TestFiles.pdfBomb();
    assertTrue(pdf.length < 500_000);
    assertRefused(FailureCode.UNREADABLE_FILE, "unpacks", "bomba.pdf", pdf);
  }

  @Test
  void tooMuchIsRefused() {
    ExtractionLimits small = new ExtractionLimits(1000, 100, Duration.ofSeconds(20));
    TextExtractor strict = new TextExtractor(small, 1);
    Failure bytes = assertThrows(Failure.class, () -> strict.extract("a.txt", new byte[1001]));
    assertEquals(FailureCode.TOO_LARGE, bytes.code());
    byte[] much = TestFiles.utf8("palavra ".repeat(20));
    Failure text = assertThrows(Failure.class, () -> strict.extract("a.txt", much));
    assertEquals(FailureCode.TOO_LARGE, text.code());
  }

  @Test
  void nestingThatOverflowsIsCutOff() {
    byte[] deepHtml = TestFiles.utf8("<div>".repeat(20_000) + "fundo");
    byte[] deepQuote = TestFiles.utf8("> ".repeat(20_000) + "fundo");
    for (byte[] deep : List.of(deepHtml, deepQuote)) {
      try {
        assertFalse(extractor.extract("a.md", deep).text().isEmpty());
      } catch (Failure told) {
        assertEquals(FailureCode.UNREADABLE_FILE, told.code());
      }
    }
  }

  @Test
  void anOdtThatIsNestedTooDeepOrEncryptedOrReachesOutIsRefused() {
    byte[] deep =
        TestFiles.odt("<text:section>".repeat(2_000) + "x" + "</text:section>".repeat(2_000));
    assertRefused(FailureCode.UNREADABLE_FILE, "damaged", "fundo.odt", deep);
    byte[] encrypted = TestFiles.odt("<text:p>x</text:p>", "<manifest:encryption-data/>");
    assertRefused(FailureCode.UNREADABLE_FILE, "encrypted", "e.odt", encrypted);
    byte[] broken = TestFiles.odt("<text:p>&file;</text:p>");
    assertRefused(FailureCode.UNREADABLE_FILE, "damaged", "x.odt", broken);
  }

  @Test
  void anEmailThatIsNoneOrNestsWithoutEndIsRefused() {
    assertRefused(
        FailureCode.UNREADABLE_FILE, "header", "a.eml", TestFiles.utf8("12 casas\n\nTexto."));
    StringBuilder nested = new StringBuilder("Subject: a\n");
    for (int i = 0; i < 500; i++) {
      nested.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\n\n");
      nested.append("--b").append(i).append("\n");
    }
    nested.append("\nfundo\n");
    assertRefused(FailureCode.UNREADABLE_FILE, "", "n.eml", TestFiles.utf8(nested.toString()));
  }

  @Test
  void aParserThatHangsIsCutOffAndItsPlaceFreed() {
    ExtractionLimits hasty = new ExtractionLimits(100_000_000, 100_000_000, Duration.ofMillis(1));
    TextExtractor impatient = new TextExtractor(hasty, 1);
    byte[] much = TestFiles.utf8("# a\n\nfrase longa. ".repeat(300_000));
    Failure late = assertThrows(Failure.class, () -> impatient.extract("a.md", much));
    assertTrue(
        late.code() == FailureCode.UNREADABLE_FILE || late.code() == FailureCode.UNAVAILABLE);
  }

  @Test
  void oneEndlessWordBecomesChunksOfBoundedSize() {
    ExtractedText text = extractor.extract("a.txt", TestFiles.utf8("x".repeat(1_000_000)));
    List<TextChunk> chunks = Seeds.chunker().chunk(text, "a", "");
    assertTrue(chunks.stream().allMatch(c -> c.text().length() <= 1000));
    assertEquals(1_000_000, chunks.stream().mapToInt(c -> c.text().length()).sum());
  }

  private void assertRefused(FailureCode code, String words, String name, byte[] bytes) {
    Failure failure = assertThrows(Failure.class, () -> extractor.extract(name, bytes));
    assertEquals(code, failure.code(), failure.detail());
    assertTrue(failure.detail().contains(words), failure.detail());
  }
}
