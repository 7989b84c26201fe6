package dev.mordomo.model.embedded.extractive;

import dev.mordomo.model.ToolCall;
import dev.mordomo.model.embedded.extractive.intent.Understood;
import java.util.List;

/** An answer that is ready to be said. */
record Reply(String text, List<ToolCall> calls, String intent, double confidence) {
  Reply {
    calls = List.copyOf(calls);
  }

  static Reply says(Understood understood, String text) {
    return new Reply(text, List.of(), understood.intent().label(), understood.confidence());
  }

  static Reply calls(Understood understood, List<ToolCall> calls) {
    return new Reply("", calls, understood.intent().label(), understood.confidence());
  }
}
