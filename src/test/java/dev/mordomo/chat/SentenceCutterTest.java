package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentenceCutterTest {
  /** What is ready while the answer grows letter by letter, and what at its end. */
  private record Cut(List<String> early, List<String> late) {
    static Cut of(String text) {
      SentenceCutter cutter = new SentenceCutter();
      List<String> early = new ArrayList<>();
      text.chars().forEach(c -> early.addAll(cutter.add(Character.toString(c))));
      return new Cut(early, cutter.rest().stream().toList());
    }

    List<String> all() {
      List<String> all = new ArrayList<>(early);
      all.addAll(late);
      return all;
    }
  }

  @Test
  void aSentenceIsReadyWhenTheNextOneBegins() {
    Cut cut = Cut.of("Bom dia! Tudo bem? Sim… Claro.");
    assertEquals(List.of("Bom dia!", "Tudo bem?", "Sim…"), cut.early());
    assertEquals(List.of("Claro."), cut.late());
  }

  @Test
  void noIsAWordAndNoAbbreviation() {
    assertEquals(
        List.of("The answer is no.", "It never was."),
        Cut.of("The answer is no. It never was.").all());
    assertEquals(List.of("The answer is no."), Cut.of("The answer is no. I am sorry").early());
    assertEquals(List.of("Digo que no.", "Lo siento."), Cut.of("Digo que no.\nLo siento.").all());
    assertEquals(
        List.of("Vive en el no. 5 de la calle."), Cut.of("Vive en el no. 5 de la calle.").all());
  }

  @Test
  void abbreviationsEndNoSentence() {
    for (String whole :
        List.of(
            "O Sr. Silva e a Dra. Costa moram na Av. Paulista.",
            "See p. 12 and art. 5 of the contract.",
            "Frutas, pão, etc. estão na lista.",
            "Mr. Jones vs. the city.")) {
      assertEquals(List.of(whole), Cut.of(whole).all());
    }
    assertEquals(
        List.of("Pão, leite, etc.", "Compre hoje."), Cut.of("Pão, leite, etc. Compre hoje.").all());
  }

  @Test
  void marksAndCitationsAreNotSpoken() {
    assertEquals(
        List.of("Preços", "Custa sete euros.", "Um item"),
        Cut.of("## Preços\n\n**Custa** sete euros [1].\n- `Um item` [12]\n").all().stream()
            .map(said -> said.replaceFirst("^- ", ""))
            .toList());
    assertTrue(Cut.of("---\n***\n").all().isEmpty());
  }

  @Test
  void wherePiecesAreCutMakesNoDifference() {
    String text = "Sim. Não, no. 5 não. \"Certo?\" disse o Sr. Lima. Etc. e tal.\nFim no. ";
    List<String> expected = Cut.of(text).all();
    for (int size = 2; size < text.length(); size++) {
      SentenceCutter cutter = new SentenceCutter();
      List<String> all = new ArrayList<>();
      for (int at = 0; at < text.length(); at += size) {
        all.addAll(cutter.add(text.substring(at, Math.min(text.length(), at + size))));
      }
      cutter.rest().ifPresent(all::add);
      assertEquals(expected, all, "pieces of " + size);
    }
  }
}
