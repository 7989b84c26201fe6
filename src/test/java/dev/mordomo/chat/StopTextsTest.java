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
    int stopped = 0;
    for (int i = 0; i < 2_000; i++) {
      String text = random(random, 12);
      List<String> wanted = List.of(random(random, 3), random(random, 3));
      StopTexts stops = new StopTexts(wanted);
      StringBuilder said = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int next = Math.min(text.length(), at + 1 + random.nextInt(4));
        said.append(stops.add(text.substring(at, next)));
        at = next;
      }
      said.append(stops.rest());
      String expected = letterByLetter(text, wanted);
      String what = text + " " + wanted;
      assertEquals(expected, said.toString(), what);
      assertEquals(expected.length() < text.length(), stops.isReached(), what);
      stopped += stops.isReached() ? 1 : 0;
    }
    assertTrue(stopped > 500 && stopped < 2_000, "some end, and some do not: " + stopped);
  }

  /** The text until a stop is whole, without the longest that is. */
  private static String letterByLetter(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String read = text.substring(0, end);
      int longest = stops.stream().filter(read::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return read.substring(0, end - longest);
      }
    }
    return text;
  }

  private static String random(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }
}
