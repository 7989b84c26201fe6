package dev.mordomo.model.embedded.extractive.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.Passage;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitReaderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '~',
      textBlock =
          """
          O prazo é de 3 dias. Depois disso, não.            § O prazo é de 3 dias.|Depois disso, não.
          O Sr. Silva mora na Av. Brasil. Ele sabe.          § O Sr. Silva mora na Av. Brasil.|Ele sabe.
          Custa R$ 1.200,50. É caro!                         § Custa R$ 1.200,50.|É caro!
          Use a versão 2.0.1 (p. ex. Debian 12). Pronto.     § Use a versão 2.0.1 (p. ex. Debian 12).|Pronto.
          ¿Cuánto dura? Dura 5 min. Luego termina.           § ¿Cuánto dura?|Dura 5 min.|Luego termina.
          The doctor, e.g. Dr. Who, said "No." Then he left. § The doctor, e.g. Dr. Who, said "No."|Then he left.
          Sem ponto final                                    § Sem ponto final
          J. K. Rowling wrote it. We read it.                § J. K. Rowling wrote it.|We read it.
          """)
  void sentences(String text, String expected) {
    assertEquals(expected, String.join("|", Sentences.of(text)));
  }

  @Test
  void listsKeepTheirOrderAndTheirLead() {
    List<Unit> units =
        read(
            """
            Para instalar, siga os passos:

            1. Baixe o arquivo.
            2. Execute o instalador
               como administrador.
            - [x] Extra: **pronto**
            """);
    assertEquals(
        List.of(
            "SENTENCE Para instalar, siga os passos:",
            "STEP Baixe o arquivo.",
            "STEP Execute o instalador como administrador.",
            "ITEM Extra: pronto"),
        shown(units));
    assertEquals("Para instalar, siga os passos:", units.get(2).context());
  }

  @Test
  void aTableRowIsAUnitWithItsHeader() {
    List<Unit> units =
        read(
            """
            | Plano | Mensagens | Preço |
            |---|---|---|
            | pro | 180 dias | R$ 50 |
            | livre | | a\\|b |
            """);
    assertEquals(
        List.of("ROW **pro**; Mensagens: 180 dias; Preço: R$ 50", "ROW **livre**; Preço: a|b"),
        shown(units));
    assertEquals("Plano, Mensagens, Preço", units.getFirst().context());
  }

  @Test
  void aLineOfCodeIsAUnitWithWhatEnclosesIt() {
    List<Unit> units =
        read(
            """
            A configuração:

            ```yaml
            servico: pedidos
            fila:
              # quantas vezes
              tentativas: 7
            ```
            """);
    Unit line = find(units, "tentativas: 7");
    assertEquals(Unit.Kind.CODE_LINE, line.kind());
    assertEquals("A configuração:\nfila:\n# quantas vezes", line.context());
    assertTrue(units.stream().anyMatch(unit -> unit.kind() == Unit.Kind.CODE_BLOCK));
  }

  @Test
  void aSectionOfAConfigurationEnclosesItsLines() {
    List<Unit> units = read("```toml\n[servidor]\nporta = 1\n\n[correo]\nporta = 587\n```");
    assertEquals("[correo]", find(units, "porta = 587").context());
  }

  @Test
  void aQuestionIsTheHeadingOfItsAnswer() {
    List<Unit> units =
        read(
            """
            ¿Dónde estaciono?
            Hay cocheras en Defensa 880.

            3. Illness
            Tell your manager first.
            """);
    assertEquals(
        List.of("SENTENCE Hay cocheras en Defensa 880.", "SENTENCE Tell your manager first."),
        shown(units));
    assertEquals("¿Dónde estaciono?", units.getFirst().context());
    assertEquals("3. Illness", units.getLast().context());
  }

  @Test
  void anyTextIsRead() {
    Random random = new Random(3);
    String[] pieces = {
      "```", "\n", "|", "- ", "1. ", "# ", "a", " ", "?", ":", "---", "~~~", "\\", "\t", "😀"
    };
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      for (Unit unit : read(text.toString())) {
        assertFalse(unit.text().isBlank(), text.toString());
      }
    }
    read("|".repeat(50_000));
    read("- ".repeat(50_000));
  }

  private static Unit find(List<Unit> units, String text) {
    return units.stream().filter(unit -> unit.text().equals(text)).findFirst().orElseThrow();
  }

  private static List<String> shown(List<Unit> units) {
    return units.stream().map(unit -> unit.kind() + " " + unit.text()).toList();
  }

  private static List<Unit> read(String text) {
    return UnitReader.read(new Passage(1, "doc", "", text, "pt", 0.5, Double.NaN));
  }
}
