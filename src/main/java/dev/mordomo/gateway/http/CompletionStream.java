package dev.mordomo.gateway.http;

import dev.mordomo.gateway.http.CompletionChunks.Whole;
import dev.mordomo.kernel.Failure;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * An answer in chunks. Nothing is sent before its first piece, so that what fails before it is told
 * by its status.
 */
final class CompletionStream extends CompletionEar {
  private final EventStream stream;
  private final CompletionChunks chunks;
  private final Consumer<Failure> refuse;
  private boolean begun;

  /**
   * @param refuse answers with a status, where nothing was sent yet
   */
  CompletionStream(
      EventStream stream, CompletionChunks chunks, Consumer<Failure> refuse, boolean again) {
    super(again);
    this.stream = stream;
    this.chunks = chunks;
    this.refuse = refuse;
  }

  private void begin() {
    if (!begun) {
      begun = true;
      stream.send(chunks.begin());
    }
  }

  @Override
  void text(String piece) {
    begin();
    stream.send(chunks.text(piece));
  }

  @Override
  void done(Whole whole) {
    begin();
    if (!whole.calls().isEmpty()) {
      stream.send(chunks.calls(whole.calls()));
    }
    stream.send(chunks.end(whole));
    stream.end();
  }

  @Override
  void failed(Failure failure) {
    if (stream.hasBegun()) {
      stream.send("data: " + OpenAiError.body(failure) + "\n\n");
      stream.end();
    } else {
      stream.abandon();
      refuse.accept(failure);
    }
  }

  @Override
  public Future<Void> ready() {
    return stream.ready();
  }
}
