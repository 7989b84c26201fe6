package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LexiconTest {

  @ParameterizedTest
  @ValueSource(strings = {"pt", "es"})
  void theCoreHasItsLemmasSortedAndGlossed(String language) {
    List<String> lemmas = new ArrayList<>();
    TextTable.read(
        "/lexicon/" + language + ".tsv",
        row -> {
          assertEquals(4, row.length, row[0]);
          lemmas.add(row[0]);
        });
    assertEquals(lemmas.stream().sorted().toList(), lemmas);
    assertTrue(new HashSet<>(lemmas).size() >= 6000);
  }

  @Test
  void aWordIsFoundWithoutItsAccentsAndAVerbWithoutItsPronoun() {
    Lexicon lexicon = Lexicon.load("es");
    assertEquals("telephone", lexicon.senses("telefono").getFirst().english());
    assertTrue(lexicon.senses("poner").stream().anyMatch(Sense::reflexive));
    assertTrue(lexicon.senses("poner").stream().anyMatch(sense -> !sense.reflexive()));
    assertEquals(List.of(), lexicon.senses("xyzzy"));
    assertEquals(lexicon.senses("casa"), lexicon.senses("casa"));
  }

  @Test
  void anExpressionIsFoundByItsFirstWord() {
    Lexicon lexicon = Lexicon.load("es");
    List<Lexicon.Phrase> phrases = lexicon.phrases("sacar");
    assertTrue(phrases.stream().allMatch(phrase -> phrase.words().getFirst().equals("sacar")));
    assertTrue(
        phrases.stream().anyMatch(phrase -> phrase.words().equals(List.of("sacar", "dinero"))));
    assertTrue(lexicon.senses("sacar").stream().noneMatch(s -> s.lemma().indexOf(' ') >= 0));
  }

  @Test
  void everyEnglishOfTheLexiconsHasItsMeaning() {
    Set<String> missing = new HashSet<>();
    List<String> english = new ArrayList<>();
    TextTable.read("/lexicon/meanings.tsv", row -> english.add(row[0]));
    assertEquals(english.stream().sorted().distinct().toList(), english);
    Meanings meanings = Meanings.load();
    for (String language : List.of("pt", "es")) {
      TextTable.read(
          "/lexicon/" + language + ".tsv",
          row -> {
            String first = row[2].split(";")[0];
            byte[] vector = meanings.of(first);
            if (!first.equals("-") && (vector == null || vector.length != Meanings.SIZE)) {
              missing.add(first);
            }
          });
    }
    assertEquals(Set.of(), missing, "run src/lexicon/rebuild meanings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pt", "es"})
  void theTailIsSortedAndNeverOverridesTheCore(String language) {
    Set<String> core = new HashSet<>();
    TextTable.read("/lexicon/" + language + ".tsv", row -> core.add(row[0]));
    List<String> tail = new ArrayList<>();
    TextTable.read("/lexicon/" + language + "-learned.tsv", row -> tail.add(row[0]));
    assertEquals(tail.stream().sorted().toList(), tail);
    Morphology morphology = new Morphology(language);
    for (String word : tail) {
      if (core.contains(word)) {
        assertTrue(!morphology.analyses(word).getFirst().sense().learned(), word);
      }
    }
  }
}
