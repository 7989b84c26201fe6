package dev.mordomo.model.embedded.extractive;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.embedded.LanguageDetector;
import dev.mordomo.model.embedded.extractive.answer.Answerer;
import dev.mordomo.model.embedded.extractive.intent.CommandGrammar;
import dev.mordomo.model.embedded.extractive.intent.FollowUp;
import dev.mordomo.model.embedded.extractive.intent.Intent;
import dev.mordomo.model.embedded.extractive.intent.Understood;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import dev.mordomo.model.embedded.extractive.reply.ToolOutcome;
import dev.mordomo.model.embedded.extractive.reply.Wording;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Answers without a language model: commands by a grammar, questions by quoting the passages of the
 * request. It reads only the last words of a conversation, and the ones before them when it had to
 * ask back.
 */
public final class ExtractiveModel implements ChatModel {
  /** The name that configuration and results carry. */
  public static final String NAME = "embedded/extractive";

  private final Vertx vertx;
  private final Answerer answerer;
  private final Duration wordPause;

  /**
   * @param embedding ranks the sentences of the passages
   * @param vertx runs the work on its worker pool, and calls observers on the caller's context
   * @param wordPause between two words of an answer; zero for all at once
   */
  public ExtractiveModel(EmbeddingModel embedding, Vertx vertx, Duration wordPause) {
    this.vertx = vertx;
    this.answerer = new Answerer(embedding, vertx);
    this.wordPause = wordPause;
  }

  /** Forgets the words of questions and passages that it read. */
  public void forget() {
    answerer.forget();
  }

  @Override
  public String name() {
    return NAME;
  }

  /** It quotes: asked again, it says the same from the beginning. */
  @Override
  public boolean canContinue() {
    return false;
  }

  @Override
  public boolean canFormat() {
    return false;
  }

  /** It quotes, and makes no sentences of its own. */
  @Override
  public Optional<ChatModel> rewriter() {
    return Optional.empty();
  }

  @Override
  public ModelCall stream(ChatRequest request, ChatObserver observer) {
    WordStream stream = new WordStream(vertx, wordPause, observer);
    int prompt = request.messages().stream().mapToInt(m -> WordStream.tokens(m.content())).sum();
    vertx
        .executeBlocking(() -> reply(request), false)
        .compose(reply -> reply)
        .onComplete(
            reply -> stream.say(reply, prompt, request.maxTokens()),
            error -> stream.fail(failure(error)));
    return stream;
  }

  private static Failure failure(Throwable error) {
    return error instanceof Failure failure
        ? failure
        : Failure.of(FailureCode.INTERNAL, "the embedded answerer failed", error);
  }

  private Future<Reply> reply(ChatRequest request) {
    Dialogue dialogue = Dialogue.of(request.messages());
    CommandGrammar grammar = new CommandGrammar(request.now(), request.zone(), request.locale());
    Understood understood = understand(grammar, dialogue);
    Replies replies = Replies.in(understood.language());
    Wording wording = new Wording(replies, request.locale(), request.now(), request.zone());
    if (!dialogue.outcomes().isEmpty()) {
      return Future.succeededFuture(outcome(dialogue, understood, replies, wording));
    }
    Deeds deeds = new Deeds(request, replies, wording);
    return reply(understood.intent(), understood, deeds, dialogue, request);
  }

  private Future<Reply> reply(
      Intent intent, Understood understood, Deeds deeds, Dialogue dialogue, ChatRequest request) {
    return switch (intent) {
      case Intent.Several several -> now(deeds.several(understood, several, dialogue.said()));
      case Intent.Remind remind -> now(deeds.remind(understood, remind, dialogue.said()));
      case Intent.ListReminders list -> now(deeds.listReminders(understood));
      case Intent.CancelReminder cancel -> now(deeds.cancelReminder(understood, cancel));
      case Intent.SnoozeReminder snooze -> now(deeds.snoozeReminder(understood, snooze));
      case Intent.Control control -> now(deeds.control(understood, control));
      case Intent.Talk talk -> now(deeds.talk(understood, talk));
      case Intent.Question question -> question(understood, dialogue, request);
    };
  }

  private Future<Reply> question(Understood understood, Dialogue dialogue, ChatRequest request) {
    String whole = FollowUp.whole(dialogue.earlier(), dialogue.said());
    String detected = LanguageDetector.detect(whole);
    String language = detected.isEmpty() ? understood.language() : detected;
    return answerer
        .answer(
            whole,
            whole.equals(dialogue.said()) ? understood.language() : language,
            request.passages())
        .map(answer -> new Reply(answer.text(), List.of(), "question", answer.confidence()));
  }

  private static Future<Reply> now(Reply reply) {
    return Future.succeededFuture(reply);
  }

  /** The last words by themselves, or as the answer to what the assistant had to ask. */
  private static Understood understand(CommandGrammar grammar, Dialogue dialogue) {
    Understood alone = grammar.understand(dialogue.said());
    if (!(alone.intent() instanceof Intent.Question)) {
      return alone;
    }
    Optional<Understood> completed =
        dialogue
            .before()
            .map(grammar::understand)
            .flatMap(before -> grammar.completed(before, dialogue.said()));
    return completed.orElse(alone);
  }

  private static Reply outcome(
      Dialogue dialogue, Understood understood, Replies replies, Wording wording) {
    ToolOutcome outcome = new ToolOutcome(replies, wording, dialogue.said());
    StringBuilder text = new StringBuilder();
    for (Dialogue.Outcome done : dialogue.outcomes()) {
      text.append(text.isEmpty() ? "" : "\n").append(outcome.say(done.call(), done.result()));
    }
    return Reply.says(understood, text.toString());
  }
}
