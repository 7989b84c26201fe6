package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnglishTest {

  @ParameterizedTest
  @CsvSource({
    "bill, bills",
    "box, boxes",
    "city, cities",
    "key, keys",
    "child, children",
    "news, news",
    "bus, buses",
    "credit card, credit cards",
    "piece of furniture, pieces of furniture"
  })
  void plurals(String noun, String plural) {
    assertEquals(plural, English.plural(noun));
  }

  @ParameterizedTest
  @CsvSource({
    "cancel, canceled, canceling",
    "pay, paid, paying",
    "stop, stopped, stopping",
    "use, used, using",
    "carry, carried, carrying",
    "turn on, turned on, turning on",
    "must, must, must"
  })
  void participles(String verb, String past, String present) {
    assertEquals(past, English.participle(verb));
    assertEquals(present, English.gerund(verb));
  }
}
