package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextsTest {
  @Test
  void aStopThatComesInTwoPiecesIsFoundAndNoneOfItSaid() {
    StopTexts stops = new StopTexts(List.of("END"));
    assertEquals("one ", stops.add("one E"));
    assertFalse(stops.isReached());
    assertEquals("", stops.add("N"));
    assertEquals("", stops.add("D two"));
    assertTrue(stops.isReached());
    assertEquals("", stops.add("three"));
    assertEquals("", stops.rest());
  }

  @Test
  void whatOnlyBeganAsAStopIsSaid() {
    StopTexts stops = new StopTexts(List.of("END"));
    assertEquals("", stops.add("EN"));
    assertEquals("EN", stops.add("EN"));
    assertEquals("EN", stops.rest());
  }

  @Test
  void theFirstOfSeveralEndsTheText() {
    StopTexts stops = new StopTexts(List.of("\n\n", "User:", "r:"));
    assertEquals("a\n", stops.add("a\nUser: b\n\n"));
  }

  @Test
  void wherePiecesAreCutMakesNoDifference() {
    Random random = new Random(20_261_129);
    for (int i = 0; i < 2_000; i++) {
      String text = random(random, 12);
      List<String> wanted = List.of(random(random, 3), random(random, 2));
      int end = wanted.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
      StopTexts stops = new StopTexts(wanted);
      StringBuilder said = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int next = Math.min(text.length(), at + 1 + random.nextInt(4));
        said.append(stops.add(text.substring(at, next)));
        at = next;
      }
      said.append(stops.rest());
      // Of two that overlap, the one that is whole first ends it, as it would letter by letter.
      String expected = end < 0 ? text : text.substring(0, end);
      assertEquals(end >= 0, stops.isReached(), text + " " + wanted);
      assertTrue(
          said.toString().equals(expected) || text.startsWith(said.toString()),
          text + " " + wanted + " " + said);
      assertTrue(wanted.stream().noneMatch(stop -> said.indexOf(stop) >= 0), said.toString());
    }
  }

  private static String random(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }
}
