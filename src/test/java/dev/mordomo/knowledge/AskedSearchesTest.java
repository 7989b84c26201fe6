package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.Await;
import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.AskedSearchStore.Asked;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The way of searches into what was asked; what the rows are is in AskedTest. */
class AskedSearchesTest {
  private final Failure away = Failure.of(FailureCode.UNAVAILABLE, "the database is away");

  /** A statement that was sent, and is answered when the test says so. */
  private record Statement(List<Asked> rows, Promise<Void> answer) {}

  private final List<Statement> sent = new ArrayList<>();
  private long nanos;
  private final AskedSearches searches = new AskedSearches(this::send, () -> nanos);
  private final Scope who = new Scope(Ids.next(), Ids.next(), "member");

  private synchronized Future<Void> send(List<Asked> rows) {
    Statement statement = new Statement(rows, Promise.promise());
    sent.add(statement);
    notifyAll();
    return statement.answer().future();
  }

  private synchronized Statement sent(int n) throws InterruptedException {
    while (sent.size() < n) {
      wait();
    }
    return sent.get(n - 1);
  }

  private Asked asked(String words) {
    return new Asked(
        who,
        new Caller("user", "a session", Optional.of("192.0.2.7")),
        Ids.next(),
        Optional.of(words),
        List.of(Ids.next()),
        Instant.EPOCH);
  }

  private static List<String> words(Statement statement) {
    return statement.rows().stream().map(row -> row.query().orElse("(none)")).toList();
  }

  @Test
  void theFirstIsWrittenAtOnceAndThoseSoonAfterItTogether() throws Exception {
    searches.add(asked("one"));
    searches.add(asked("two"));
    searches.add(asked("three"));
    assertEquals(List.of("one"), words(sent(1)));
    searches.write();
    assertEquals(1, sent.size(), "one statement at a time");

    sent(1).answer().complete();
    searches.write();
    assertEquals(List.of("two", "three"), words(sent(2)));
    sent(2).answer().complete();

    nanos += AskedSearches.GATHER.toNanos();
    searches.add(asked("four"));
    assertEquals(List.of("four"), words(sent(3)));
  }

  @Test
  void whatWasAnsweredIsKeptWhileTheDatabaseIsAwayAndWhatComesThenIsNotAnswered() throws Exception {
    searches.add(asked("one"));
    searches.add(asked("two"));
    sent(1).answer().fail(away);

    Asked refused = asked("three");
    List<Throwable> failures = new ArrayList<>();
    Thread search =
        Thread.ofVirtual()
            .start(() -> failures.add(assertThrows(Failure.class, () -> searches.add(refused))));
    assertEquals(List.of("one", "two", "three"), words(sent(2)));
    sent(2).answer().fail(away);
    search.join();
    assertEquals(List.of(away), failures);

    searches.write();
    assertEquals(List.of("one", "two"), words(sent(3)), "the refused one is not written");
    sent(3).answer().complete();
    searches.add(asked("four"));
    searches.write();
    assertEquals(List.of("four"), words(sent(4)), "searches wait for nothing again");
  }

  @Test
  void aSearchThatComesWhileTheDatabaseIsAwayIsAnsweredOnceItIsWritten() throws Exception {
    searches.add(asked("one"));
    sent(1).answer().fail(away);
    Thread search = Thread.ofVirtual().start(() -> searches.add(asked("two")));
    Statement both = sent(2);
    assertTrue(search.isAlive());
    both.answer().complete();
    search.join();
  }

  @Test
  void whenTooManyWaitSearchesWaitForTheirs() throws Exception {
    searches.add(asked("first"));
    for (int i = 0; i < AskedSearches.MOST; i++) {
      searches.add(asked("more"));
    }
    Thread last = Thread.ofVirtual().start(() -> searches.add(asked("last")));
    Await.until("it waits", () -> last.getState() == Thread.State.WAITING, Duration.ofSeconds(20));
    int written = 0;
    for (int n = 1; written < AskedSearches.MOST + 2; n++) {
      Statement statement = sent(n);
      assertTrue(written + statement.rows().size() == AskedSearches.MOST + 2 || last.isAlive());
      written += statement.rows().size();
      statement.answer().complete();
      searches.write();
    }
    last.join();
  }

  @Test
  void oneThatCannotBeWrittenTakesNoOtherWithIt() throws Exception {
    searches.add(asked("first"));
    searches.add(asked("good"));
    searches.add(asked("bad"));
    sent(1).answer().complete();
    searches.write();
    sent(2).answer().fail(new IllegalStateException("the bad one"));
    assertEquals(List.of("good"), words(sent(3)));
    assertEquals(List.of("bad"), words(sent(4)));
    sent(3).answer().complete();
    sent(4).answer().fail(new IllegalStateException("the bad one"));
    searches.add(asked("next"));
    searches.write();
    assertEquals(List.of("next"), words(sent(5)));
  }

  @Test
  void whoIsForgottenLeavesNoWords() throws Exception {
    searches.add(asked("first"));
    searches.add(asked("mine"));
    Scope other = new Scope(Ids.next(), Ids.next(), "member");
    Asked theirs = asked("theirs");
    searches.add(
        new Asked(
            other,
            theirs.caller(),
            theirs.search(),
            theirs.query(),
            theirs.documents(),
            theirs.at()));
    UUID subject = who.userId();
    searches.forget(subject);
    sent(1).answer().complete();
    searches.write();
    assertEquals(List.of("(none)", "theirs"), words(sent(2)));
    assertEquals(Optional.empty(), sent(2).rows().getFirst().caller().address());
  }

  @Test
  void aServerThatStopsWritesWhatWaits() throws Exception {
    searches.add(asked("one"));
    searches.add(asked("two"));
    Future<Void> drained = searches.drain();
    assertFalse(drained.isComplete());
    sent(1).answer().complete();
    assertEquals(List.of("two"), words(sent(2)));
    assertFalse(drained.isComplete());
    sent(2).answer().complete();
    assertTrue(drained.succeeded());
  }

  @Test
  void aServerThatStopsWithoutItsDatabaseDoesNotWaitForEver() throws Exception {
    searches.add(asked("one"));
    Future<Void> drained = searches.drain();
    sent(1).answer().fail(away);
    assertTrue(drained.succeeded());
  }
}
