package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeScriptTest {
  @Test
  void theClientsAreThere() {
    try (NodeScript script = NodeScript.start("clients.mjs", Map.of("WHO", "a test"))) {
      script.await("has OpenAI");
      script.await("listening");
      script.tell("a word");
      assertEquals("a word from a test", script.await("heard"));
      script.awaitEnd();
      assertTrue(script.said().contains("has Centrifuge"), script.said().toString());
    }
  }

  @Test
  void aScriptThatFailsFailsTheTestWithWhatItSaid() {
    try (NodeScript script = NodeScript.start("clients.mjs", Map.of("WHO", "nobody"))) {
      script.await("listening");
      script.tell("x");
      AssertionError failure = assertThrows(AssertionError.class, script::awaitEnd);
      String told = String.valueOf(failure.getMessage());
      assertTrue(told.contains("ended with 3"), told);
      assertTrue(told.contains("heard x from nobody"), told);
      assertThrows(AssertionError.class, () -> script.await("what it never says"));
    }
  }
}
