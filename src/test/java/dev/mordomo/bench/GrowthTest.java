package dev.mordomo.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.bench.Growth.Of;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** That the fuzzer says so when something grows, and when it cannot tell. */
class GrowthTest {
  private static final int MEASURES = 9;

  private static Growth steady(int measures) {
    Growth growth = new Growth();
    for (Of what : Of.values()) {
      for (int i = 0; i < measures; i++) {
        growth.add(what, 100 + i % 2);
      }
    }
    return growth;
  }

  private static List<String> wrong(Of grown, IntToDoubleFunction measure) {
    Growth growth = new Growth();
    for (Of what : Of.values()) {
      for (int i = 0; i < MEASURES; i++) {
        growth.add(what, what == grown ? measure.applyAsDouble(i) : 100);
      }
    }
    return growth.wrong();
  }

  @Test
  void whatStaysIsNotWrong() {
    assertEquals(List.of(), steady(MEASURES).wrong());
    // One high measure is none.
    assertEquals(List.of(), wrong(Of.HEAP, i -> i == MEASURES - 1 ? 900 : 100));
  }

  @Test
  void whatGrowsIsNamed() {
    for (Of what : Of.values()) {
      List<String> wrong = wrong(what, i -> 100 + 20 * i);
      assertEquals(1, wrong.size(), wrong.toString());
      assertTrue(wrong.getFirst().startsWith("growth: "), wrong.getFirst());
    }
    // One connection for every ten rounds is never given back.
    assertEquals(1, wrong(Of.CONNECTIONS, i -> i).size());
  }

  @Test
  void whatWasNotMeasuredIsNotTakenForSteady() {
    assertEquals(Of.values().length, new Growth().wrong().size());
    List<String> wrong = steady(Growth.LEAST_MEASURES - 1).wrong();
    assertEquals(Of.values().length, wrong.size());
    assertTrue(wrong.getFirst().startsWith("too few rounds"), wrong.getFirst());
    assertEquals(List.of(), steady(Growth.LEAST_MEASURES).wrong());
  }
}
