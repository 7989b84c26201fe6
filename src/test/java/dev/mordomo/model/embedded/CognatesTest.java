package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CognatesTest {

  @ParameterizedTest
  @CsvSource({
    "manipulação, manipulation, NOUN",
    "meteorológicas, meteorological, ADJECTIVE",
    "superioridad, superiority, NOUN",
    "estéril, sterile, LEARNED",
    "interpretação, interpretation, NOUN",
    "maximizar, maximize, VERB",
    "fraudulento, fraudulent, LEARNED",
    "sarcástico, sarcastic, ADJECTIVE",
    "tokens, tokens, LEARNED",
  })
  void aWordIsGuessedByItsLooks(String word, String english, Part part) {
    Sense sense = Cognates.of(word).orElseThrow();
    assertEquals(english, sense.english());
    assertEquals(part, sense.part());
  }

  @ParameterizedTest
  @ValueSource(strings = {"casa", "gorgojo", "xícara", "guardanapo", "enxaguar"})
  void whatLooksLikeNothingEnglishIsNot(String word) {
    assertEquals(java.util.Optional.empty(), Cognates.of(word));
  }
}
