package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.knowledge.Passages.Suited;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PassagesTest {
  private static final UUID BOOK = UUID.randomUUID();
  private static final String RULE =
      "the office opens at nine in the morning and closes at six in the evening on working days";

  private static Suited hit(double points, UUID document, int index, String kind, String text) {
    SearchHit hit =
        new SearchHit(
            UUID.randomUUID(),
            document,
            UUID.randomUUID(),
            index,
            "t",
            Optional.empty(),
            "h",
            text,
            kind,
            "en",
            Optional.empty(),
            0.5,
            Optional.empty(),
            points,
            0.5,
            Map.of());
    return new Suited(hit, points);
  }

  private static Suited hit(double points, String text) {
    return hit(points, UUID.randomUUID(), 0, "prose", text);
  }

  private static List<String> texts(int hits, Suited... suited) {
    return Passages.of(List.of(suited), hits).stream().map(SearchHit::text).toList();
  }

  @Test
  void whatSaysTheSameIsDroppedAndMakesRoom() {
    assertEquals(
        List.of(RULE, "something else about parking"),
        texts(2, hit(1, RULE), hit(0.9, RULE + "."), hit(0.5, "something else about parking")));
  }

  @Test
  void ofTwoThatAreNearlyAsGoodTheOneThatAddsMoreComesFirst() {
    String half =
        "the office opens at nine in the morning and closes at six, but the library of the town"
            + " has hours of its own";
    String fresh = "on holidays nobody is there, and letters go into the box beside the gate";
    assertEquals(
        List.of(RULE, fresh, half), texts(3, hit(1, RULE), hit(0.8, half), hit(0.79, fresh)));
    assertEquals(
        List.of(RULE, half, fresh), texts(3, hit(1, RULE), hit(0.8, half), hit(0.5, fresh)));
  }

  @Test
  void neighboursBecomeOnePassageInTheOrderOfTheText() {
    List<SearchHit> passages =
        Passages.of(
            List.of(
                hit(1, BOOK, 4, "prose", "and then the second."),
                hit(0.9, BOOK, 3, "prose", "First, and then"),
                hit(0.8, BOOK, 9, "prose", "far away")),
            3);
    assertEquals(
        List.of("First, and then the second.", "far away"),
        passages.stream().map(SearchHit::text).toList());
    assertEquals(4, passages.getFirst().chunkIndex(), "the better one is cited");
  }

  @Test
  void neighboursThatOverlapAreNotTakenForRepetitions() {
    String shared = "these words stand in both of the two chunks because they overlap";
    assertEquals(
        List.of("a beginning. " + shared + " and an end."),
        texts(
            2,
            hit(1, BOOK, 0, "prose", "a beginning. " + shared),
            hit(0.9, BOOK, 1, "prose", shared + " and an end.")));
  }

  @Test
  void codeAndTablesAndFarHeadingsStayApart() {
    assertEquals(
        2, texts(2, hit(1, BOOK, 0, "code", "a()"), hit(0.9, BOOK, 1, "code", "b()")).size());
    assertEquals(
        2,
        texts(
                2,
                hit(1, BOOK, 0, "prose", "x".repeat(1_500)),
                hit(0.9, BOOK, 1, "prose", "y".repeat(1_500)))
            .size());
  }

  @Test
  void scoresBelowZeroAreOrderedToo() {
    assertEquals(
        List.of("best", "middle", "worst"),
        texts(3, hit(-0.1, "best"), hit(-2, "middle"), hit(-9, "worst")));
    assertTrue(texts(3).isEmpty());
  }
}
