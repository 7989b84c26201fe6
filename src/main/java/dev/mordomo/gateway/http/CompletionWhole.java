package dev.mordomo.gateway.http;

import dev.mordomo.gateway.http.CompletionChunks.Whole;
import dev.mordomo.kernel.Failure;
import java.util.Map;
import java.util.function.Consumer;

/** An answer that is given when it is whole. */
final class CompletionWhole extends CompletionEar {
  private final CompletionChunks chunks;
  private final Consumer<Answer.Text> answer;
  private final Consumer<Failure> refuse;

  CompletionWhole(
      CompletionChunks chunks,
      Consumer<Answer.Text> answer,
      Consumer<Failure> refuse,
      boolean again) {
    super(again);
    this.chunks = chunks;
    this.answer = answer;
    this.refuse = refuse;
  }

  @Override
  void text(String piece) {
    // All of it comes at the end.
  }

  @Override
  void done(Whole whole) {
    answer.accept(new Answer.Text(200, Map.of(), chunks.whole(whole)));
  }

  @Override
  void failed(Failure failure) {
    refuse.accept(failure);
  }
}
