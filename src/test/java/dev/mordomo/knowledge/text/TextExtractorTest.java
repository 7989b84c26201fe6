package dev.mordomo.knowledge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.knowledge.text.TestFiles.Line;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.junit.jupiter.api.Test;

final class TextExtractorTest {
  private final TextExtractor extractor = Seeds.extractor();

  @Test
  void markdownKeepsItsStructure() {
    ExtractedText text =
        read(
            "a.md",
            """
            ---
            title: "Guia do lar"
            ---
            # Casa

            Um **parágrafo** com [ligação](x) e
            outra linha.

            1. Primeiro
               - dentro
            2. Segundo

            ```SQL
            SELECT 1;

              -- fim
            ```

            | a | b |
            |---|---|
            | 1 | x \\| y |
            """);
    assertEquals(Optional.of("Guia do lar"), text.title());
    assertEquals(
        List.of(
            "Heading Casa",
            "Paragraph Um parágrafo com ligação e outra linha.",
            "Item 1. Primeiro",
            "Item   - dentro",
            "Item 2. Segundo",
            "Code SELECT 1;\n\n  -- fim",
            "Table | a | b |\n| --- | --- |\n| 1 | x y |"),
        outline(text));
    assertTrue(text.blocks().get(5) instanceof Block.Code code && code.language().equals("sql"));
  }

  @Test
  void aLineAllInBoldIsAHeading() {
    assertEquals(
        List.of("Heading Passo um", "Paragraph Faça.", "Paragraph Nota:"),
        outline(read("a.md", "**Passo um**\n\nFaça.\n\n**Nota:**\n")));
  }

  @Test
  void plainTextHasParagraphsItemsAndHeadings() {
    ExtractedText text =
        read(
            "notas.txt",
            "REGIMENTO INTERNO\n\n1.2 Horários\n\nAbre às 8.\nFecha às 18.\n\n- um\n- dois\n");
    assertEquals(
        List.of(
            "Heading REGIMENTO INTERNO",
            "Heading 1.2 Horários",
            "Paragraph Abre às 8.\nFecha às 18.",
            "Item - um",
            "Item - dois"),
        outline(text));
    assertEquals(Optional.of("REGIMENTO INTERNO"), text.title());
  }

  @Test
  void aQuestionOrANumberedTitleAboveItsTextIsAHeading() {
    ExtractedText text =
        read(
            "faq.txt",
            """
            ¿Cómo pido turno?
            Por la web, o en el mostrador.

            2. Leave
            Staff receive 26 days.

            1. um
            2. dois
            """);
    assertEquals(
        List.of(
            "Heading ¿Cómo pido turno?",
            "Paragraph Por la web, o en el mostrador.",
            "Heading 2. Leave",
            "Paragraph Staff receive 26 days.",
            "Item 1. um",
            "Item 2. dois"),
        outline(text));
  }

  @Test
  void htmlLeavesOutWhatIsNotTheText() {
    ExtractedText text =
        read(
            "p.html",
            """
            <!doctype html><html><head><title>Página</title><style>p{}</style></head><body>
            <nav><a href=x>Início</a></nav><script>alert(1)</script>
            <main><h1>Receita</h1><p>Misture<br>tudo &amp; <b>asse</b>.</p>
            <ul><li>farinha<ul><li>branca</li></ul></li><li>ovos</li></ul>
            <pre><code class="language-sh">forno --grau 180
              fim</code></pre>
            <table><tr><th>Item</th><th>Dose</th></tr><tr><td>Sal</td><td>1 g</td></tr></table>
            solto <p hidden>oculto</p></main></body></html>
            """);
    assertEquals(Optional.of("Página"), text.title());
    assertEquals(
        List.of(
            "Heading Receita",
            "Paragraph Misture\ntudo & asse.",
            "Item - farinha",
            "Item   - branca",
            "Item - ovos",
            "Code forno --grau 180\n  fim",
            "Table | Item | Dose |\n| --- | --- |\n| Sal | 1 g |",
            "Paragraph solto"),
        outline(text));
  }

  @Test
  void pdfHasHeadingsParagraphsCodeAndPages() {
    FontName body = FontName.HELVETICA;
    List<Line> lines =
        List.of(
            new Line("Contrato de aluguel", FontName.HELVETICA_BOLD, 20, 0),
            new Line("O inquilino paga o aluguel todo m\u00EAs, at\u00E9 o dia cin-", body, 11, 40),
            new Line("co, por transfer\u00EAncia.", body, 11, 13),
            new Line("Multa por atraso", FontName.HELVETICA_BOLD, 11, 30),
            new Line(
                "A multa \u00E9 de dois por cento do valor que est\u00E1 em atraso.", body, 11, 26),
            new Line("SELECT multa FROM contrato;", FontName.COURIER, 11, 30),
            new Line("7", body, 9, 60));
    ExtractedText text = extractor.extract("c.pdf", TestFiles.pdf(lines));
    assertEquals(Optional.of("Contrato de aluguel"), text.title());
    assertEquals(
        List.of(
            "Heading Contrato de aluguel",
            "Paragraph O inquilino paga o aluguel todo mês, até o dia cinco, por transferência.",
            "Heading Multa por atraso",
            "Paragraph A multa é de dois por cento do valor que está em atraso.",
            "Code SELECT multa FROM contrato;"),
        outline(text));
    assertTrue(text.blocks().stream().allMatch(b -> b.page() == 1));
  }

  @Test
  void docxHasHeadingsCodeAndTables() {
    ExtractedText text = extractor.extract("m.docx", TestFiles.docx());
    assertEquals(Optional.of("Manual da cafeteira"), text.title());
    assertEquals(
        List.of(
            "Heading Manual da cafeteira",
            "Paragraph A cafeteira faz café em quatro minutos.",
            "Heading Limpeza",
            "Paragraph Lave o filtro toda semana:",
            "Code filtro.lavar(7)\n  .secar()",
            "Table | Peça | Troca |\n| --- | --- |\n| Filtro | 90 dias |"),
        outline(text));
  }

  @Test
  void theEncodingIsFound() {
    String words = "A manutenção da instalação elétrica é responsabilidade do órgão.";
    List<byte[]> encoded = new ArrayList<>();
    encoded.add(words.getBytes(StandardCharsets.UTF_8));
    encoded.add(words.getBytes(Charset.forName("windows-1252")));
    encoded.add(("\uFEFF" + words).getBytes(StandardCharsets.UTF_8));
    encoded.add(("\uFEFF" + words).getBytes(StandardCharsets.UTF_16LE));
    encoded.add(("\uFEFF" + words).getBytes(StandardCharsets.UTF_16BE));
    for (byte[] bytes : encoded) {
      assertEquals(words, extractor.extract("a.txt", bytes).text());
    }
  }

  @Test
  void whatDatabasesRefuseIsLeftOut() {
    byte[] bytes = TestFiles.utf8("# T\u0001ítulo\u200B\n\nma\u00ADnhã e\u0301 aqui");
    ExtractedText text = extractor.extract(FileKind.MARKDOWN, bytes);
    assertEquals("Título\n\nmanhã é aqui", text.text());
  }

  private ExtractedText read(String name, String content) {
    return extractor.extract(name, TestFiles.utf8(content));
  }

  private static List<String> outline(ExtractedText text) {
    return text.blocks().stream()
        .map(b -> b.getClass().getSimpleName() + " " + text.textOf(b))
        .toList();
  }
}
