package dev.mordomo.knowledge.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFRun;
import org.apache.poi.xwpf.usermodel.XWPFTable;

/** Makes the files that the tests read. */
public final class TestFiles {
  private TestFiles() {}

  /**
   * A file of a kind that says this and nothing else.
   *
   * @param kind txt, html, pdf, docx or odt
   */
  public static byte[] saying(String kind, String sentence) {
    return switch (kind) {
      case "txt" -> utf8(sentence);
      case "html" -> utf8("<!doctype html><title>A note</title><p>" + sentence + "</p>");
      case "pdf" -> pdf(List.of(new Line(sentence, FontName.HELVETICA, 11, 20)));
      case "docx" -> docx(sentence);
      case "odt" -> odt("<text:p>" + sentence + "</text:p>");
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static byte[] docx(String sentence) {
    try (XWPFDocument document = new XWPFDocument()) {
      document.createParagraph().createRun().setText(sentence);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.write(out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Line(String text, FontName font, int size, int gap) {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] pdf(List<Line> lines) {
    return pdf(lines, false);
  }

  static byte[] pdf(List<Line> lines, boolean encrypted) {
    try (PDDocument document = new PDDocument()) {
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.newLineAtOffset(72, 740);
        for (Line line : lines) {
          content.newLineAtOffset(0, -line.gap());
          content.setFont(new PDType1Font(line.font()), line.size());
          content.showText(line.text());
        }
        content.endText();
      }
      if (encrypted) {
        document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] docx() {
    try (XWPFDocument document = new XWPFDocument()) {
      heading(document, "Manual da cafeteira", "Heading1");
      document.createParagraph().createRun().setText("A cafeteira faz café em quatro minutos.");
      heading(document, "Limpeza", "Heading2");
      document.createParagraph().createRun().setText("Lave o filtro toda semana:");
      code(document, "filtro.lavar(7)");
      code(document, "  .secar()");
      XWPFTable table = document.createTable(2, 2);
      table.getRow(0).getCell(0).setText("Peça");
      table.getRow(0).getCell(1).setText("Troca");
      table.getRow(1).getCell(0).setText("Filtro");
      table.getRow(1).getCell(1).setText("90 dias");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.write(out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void heading(XWPFDocument document, String text, String style) {
    XWPFParagraph paragraph = document.createParagraph();
    paragraph.setStyle(style);
    paragraph.createRun().setText(text);
  }

  private static void code(XWPFDocument document, String text) {
    XWPFRun run = document.createParagraph().createRun();
    run.setFontFamily("Courier New");
    run.setText(text);
  }

  /** A docx whose one part inflates to a thousand times its size. */
  static byte[] bomb() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("[Content_Types].xml"));
      zip.write(
          utf8("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"));
      byte[] blanks = new byte[1 << 20];
      java.util.Arrays.fill(blanks, (byte) ' ');
      for (int i = 0; i < 64; i++) {
        zip.write(blanks);
      }
      zip.write(utf8("</Types>"));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("word/document.xml"));
      zip.write(utf8("<w/>"));
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** An OpenDocument text with this body, within {@code office:text}. */
  static byte[] odt(String body) {
    return odt(body, "");
  }

  static byte[] odt(String body, String manifest) {
    String content =
        """
        <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
          xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
          xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
          xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">
        <office:automatic-styles>
          <style:style style:name="P1" style:parent-style-name="Preformatted_20_Text"/>
          <text:list-style style:name="L1"><text:list-level-style-number text:level="1"/>
            <text:list-level-style-bullet text:level="2"/></text:list-style>
        </office:automatic-styles>
        <office:body><office:text>%s</office:text></office:body></office:document-content>
        """
            .formatted(body);
    String meta =
        """
        <m:document-meta xmlns:m="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
          xmlns:dc="http://purl.org/dc/elements/1.1/"><m:meta><dc:title>Manual da horta</dc:title>
        </m:meta></m:document-meta>
        """;
    return zip(
        java.util.Map.of(
            "content.xml", content, "meta.xml", meta, "META-INF/manifest.xml", manifest));
  }

  private static byte[] zip(java.util.Map<String, String> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setMethod(ZipOutputStream.DEFLATED);
      ZipEntry type = new ZipEntry("mimetype");
      zip.putNextEntry(type);
      zip.setLevel(0);
      zip.write(utf8("application/vnd.oasis.opendocument.text"));
      zip.closeEntry();
      zip.setLevel(9);
      for (var part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(utf8(part.getValue()));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A PDF whose one page's content inflates to a thousand times its size. */
  static byte[] pdfBomb() {
    java.util.zip.Deflater deflater = new java.util.zip.Deflater(9);
    byte[] blanks = new byte[100 * 1024 * 1024];
    java.util.Arrays.fill(blanks, (byte) ' ');
    deflater.setInput(blanks);
    deflater.finish();
    byte[] packed = new byte[1024 * 1024];
    int length = deflater.deflate(packed);
    deflater.end();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(utf8("%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"));
    out.writeBytes(utf8("2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"));
    out.writeBytes(utf8("3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R>> endobj\n"));
    out.writeBytes(utf8("4 0 obj <</Filter/FlateDecode/Length " + length + ">>\nstream\n"));
    out.write(packed, 0, length);
    out.writeBytes(utf8("\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"));
    return out.toByteArray();
  }
}
