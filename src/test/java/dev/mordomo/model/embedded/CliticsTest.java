package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CliticsTest {

  @ParameterizedTest
  @CsvSource({
    "pt, fazê-lo, fazer",
    "pt, pagá-las, pagar",
    "pt, abri-lo, abrir",
    "pt, dar-me, dar",
    "pt, chama-se, chama",
    "pt, dar-lhe-ei, dar",
    "pt, enviamo-nos, enviamos",
    "es, darme, dar",
    "es, dámelo, da",
    "es, enviárnoslo, enviar",
    "es, haciéndolo, haciendo",
    "es, dime, di",
    "es, avisame, avisa"
  })
  void aVerbIsFoundUnderItsPronouns(String language, String word, String verb) {
    assertTrue(
        Clitics.splits(language, word).stream().anyMatch(split -> split.verb().equals(verb)),
        () -> Clitics.splits(language, word).toString());
  }
}
