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
  void anOpenDocumentKeepsItsStructure() {
    ExtractedText text =
        extractor.extract(
            "horta.odt",
            TestFiles.odt(
                """
                <text:h text:outline-level="1">Horta</text:h>
                <text:p>Regue<text:s text:c="1"/>cedo<text:line-break/>ou tarde.<text:note><text:p>nota
                </text:p></text:note></text:p>
                <text:list text:style-name="L1"><text:list-item><text:p>Plantar</text:p>
                  <text:list><text:list-item><text:p>fundo</text:p></text:list-item></text:list>
                </text:list-item><text:list-item><text:p>Colher</text:p></text:list-item></text:list>
                <text:p text:style-name="P1">if (chove)</text:p>
                <text:p text:style-name="P1">  pare();</text:p>
                <table:table><table:table-header-rows><table:table-row>
                  <table:table-cell><text:p>Planta</text:p></table:table-cell>
                  <table:table-cell><text:p>Dias</text:p></table:table-cell>
                </table:table-row></table:table-header-rows><table:table-row>
                  <table:table-cell table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell>
                </table:table-row></table:table>
                <text:h text:outline-level="2">Fim</text:h><text:p>Até.</text:p>
                """));
    assertEquals(FileKind.ODT, text.kind());
    assertEquals(Optional.of("Manual da horta"), text.title());
    assertEquals(
        List.of(
            "Heading Horta",
            "Paragraph Regue cedo\nou tarde.",
            "Item 1. Plantar",
            "Item   1. fundo",
            "Item 2. Colher",
            "Code if (chove)\n  pare();",
            "Table | Planta | Dias |\n| --- | --- |\n| 7 | 7 |",
            "Heading Fim",
            "Paragraph Até."),
        outline(text));
  }

  @Test
  void commaSeparatedValuesAreATableWhateverSeparatesThem() {
    List<String> expected =
        List.of(
            """
            Table | nome | preço |
            | --- | --- |
            | pão, doce | 5,50 |
            | bolo diz "oi" | 12 |\
            """);
    assertEquals(
        expected,
        outline(
            read(
                "a.csv",
                "nome,preço\r\n\"pão, doce\",\"5,50\"\r\n\"bolo diz \"\"oi\"\"\",12\r\n")));
    assertEquals(
        expected, outline(read("a.csv", "nome;preço\npão, doce;5,50\nbolo diz \"oi\";12\n")));
    byte[] latin =
        "nome\tpreço\npão, doce\t5,50\nbolo diz \"oi\"\t12\n".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(expected, outline(extractor.extract("a.tsv", latin)));
    assertEquals(
        List.of("Table | 1 | 2 |\n| 3 | 4 |"), outline(read("n.csv", "1,2\n\n3,4")), "no header");
  }

  @Test
  void anEmailIsReadWithItsHeadAndTheNamesOfItsAttachments() {
    ExtractedText text =
        extractor.extract(
            "carta.eml",
            """
            From: =?utf-8?q?Jo=C3=A3o?= <joao@example.org>
            To: Ana <ana@example.org>
            Date: Tue, 3 Mar 2026 10:00:00 -0300
            Subject: =?iso-8859-1?q?Reuni=E3o?=
            Content-Type: multipart/mixed; boundary=out

            --out
            Content-Type: multipart/alternative; boundary=in

            --in
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            A reuni=E3o ser=E1 na quinta.

            --in
            Content-Type: text/html

            <p>outra forma</p>
            --in--
            --out
            Content-Type: application/pdf; name="ata.pdf"
            Content-Disposition: attachment; filename="ata.pdf"
            Content-Transfer-Encoding: base64

            JVBERi0xLjQK
            --out--
            """
                .getBytes(StandardCharsets.US_ASCII));
    assertEquals(Optional.of("Reunião"), text.title());
    assertEquals(
        List.of(
            "Heading Reunião",
            """
            Paragraph From: João <joao@example.org>
            To: Ana <ana@example.org>
            Date: 2026-03-03 13:00 UTC\
            """,
            "Paragraph A reunião será na quinta.",
            "Item - ata.pdf"),
        outline(text));
    assertEquals(
        List.of("Heading Oi", "Paragraph só isto"),
        outline(
            read(
                "h.eml", "Subject: Oi\nContent-Type: text/html; charset=utf-8\n\n<b>só</b> isto")));
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
