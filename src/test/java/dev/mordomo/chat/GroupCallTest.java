package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.chat.GroupCall.Outcome;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which calls go together, which wait, and what becomes of them when something goes wrong. */
class GroupCallTest {
  private static Vertx vertx;

  /** One call of the work: the test answers it. */
  private record Made(List<String> items, boolean patient, Promise<List<Outcome<String>>> reply) {
    private void done() {
      reply.complete(items.stream().map(GroupCallTest::done).toList());
    }
  }

  private final LinkedBlockingQueue<Made> made = new LinkedBlockingQueue<>();

  /** The key of "b:1" and of "b:2" is "b". */
  private GroupCall<String, String> calls;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  @BeforeEach
  void begin() {
    calls =
        new GroupCall<>(
            vertx,
            "calls",
            item -> Set.of(item.replaceFirst(":.*", "")),
            (items, patient) -> {
              Made call = new Made(items, patient, Promise.promise());
              made.add(call);
              return call.reply().future();
            });
  }

  private static Outcome<String> done(String item) {
    return new Outcome.Done<>(item + "!");
  }

  private static Outcome<String> busy() {
    return new Outcome.Busy<>();
  }

  private Made next() throws InterruptedException {
    Made call = made.poll(10, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("nothing was called");
    }
    return call;
  }

  private List<Future<String>> call(String... items) {
    return Arrays.stream(items).map(calls::call).toList();
  }

  private static List<String> answers(List<Future<String>> futures) {
    return futures.stream().map(Database::await).toList();
  }

  private static FailureCode code(Future<String> future) {
    return assertThrows(Failure.class, () -> Database.await(future)).code();
  }

  @Test
  void oneGoesAtOnceAndWhatComesMeanwhileGoesTogether() throws Exception {
    List<Future<String>> first = call("a");
    Made alone = next();
    assertEquals(List.of("a"), alone.items());
    assertFalse(alone.patient());
    List<Future<String>> rest = call("b", "c", "d");
    alone.done();
    assertEquals(List.of("a!"), answers(first));
    Made together = next();
    assertEquals(List.of("b", "c", "d"), together.items());
    assertFalse(together.patient());
    together.done();
    assertEquals(List.of("b!", "c!", "d!"), answers(rest));
    assertTrue(made.isEmpty());
  }

  @Test
  void thoseWithAKeyInCommonGoOneAfterTheOtherAsTheyCame() throws Exception {
    call("a");
    Made first = next();
    List<Future<String>> rest = call("b:1", "a:2", "b:2", "c", "b:3");
    first.done();
    Made second = next();
    assertEquals(List.of("b:1", "a:2", "c"), second.items());
    second.done();
    Made third = next();
    assertEquals(List.of("b:2"), third.items());
    third.done();
    Made fourth = next();
    assertEquals(List.of("b:3"), fourth.items());
    fourth.done();
    assertEquals(List.of("b:1!", "a:2!", "b:2!", "c!", "b:3!"), answers(rest));
  }

  @Test
  void aGroupHasABound() throws Exception {
    call("first");
    Made first = next();
    List<Future<String>> rest = new ArrayList<>();
    for (int i = 0; i < GroupCall.MOST + 3; i++) {
      rest.add(calls.call("item" + i));
    }
    first.done();
    Made full = next();
    assertEquals(GroupCall.MOST, full.items().size());
    full.done();
    Made left = next();
    assertEquals(3, left.items().size());
    left.done();
    assertEquals(GroupCall.MOST + 3, answers(rest).size());
  }

  @Test
  void aBusyOneWaitsAloneAndOnlyItsKeyWaitsWithIt() throws Exception {
    call("first");
    Made first = next();
    List<Future<String>> rest = call("a:1", "b");
    first.done();
    Made group = next();
    group.reply().complete(List.of(busy(), done("b")));
    Made alone = next();
    assertEquals(List.of("a:1"), alone.items());
    assertTrue(alone.patient());
    assertEquals("b!", Database.await(rest.get(1)));

    List<Future<String>> later = call("a:2", "c");
    Made other = next();
    assertEquals(List.of("c"), other.items());
    other.done();
    assertEquals("c!", Database.await(later.get(1)));
    assertFalse(rest.getFirst().isComplete());

    alone.done();
    assertEquals("a:1!", Database.await(rest.getFirst()));
    Made last = next();
    assertEquals(List.of("a:2"), last.items());
    assertFalse(last.patient());
    last.done();
    assertEquals("a:2!", Database.await(later.getFirst()));
  }

  @Test
  void oneThatStaysBusyIsToldToTryAgain() throws Exception {
    Future<String> answer = calls.call("a");
    next().reply().complete(List.of(busy()));
    while (!answer.isComplete()) {
      Made alone = made.poll(50, TimeUnit.MILLISECONDS);
      if (alone != null) {
        assertTrue(alone.patient());
        alone.reply().complete(List.of(busy()));
      }
    }
    assertEquals(FailureCode.UNAVAILABLE, code(answer));
    Future<String> again = calls.call("a");
    next().done();
    assertEquals("a!", Database.await(again));
  }

  @Test
  void oneIsRefusedForItselfAlone() throws Exception {
    call("first");
    Made first = next();
    List<Future<String>> rest = call("a", "b");
    first.done();
    next()
        .reply()
        .complete(List.of(new Outcome.Refused<>(Failure.notFound("the conversation")), done("b")));
    assertEquals(FailureCode.NOT_FOUND, code(rest.get(0)));
    assertEquals("b!", Database.await(rest.get(1)));
    assertTrue(made.isEmpty());
  }

  @Test
  void whatIsRefusedTogetherIsTriedOneByOne() throws Exception {
    call("first");
    Made first = next();
    List<Future<String>> rest = call("good", "bad", "fine");
    first.done();
    next().reply().fail(Failure.of(FailureCode.INTERNAL, "the database refused"));
    for (int i = 0; i < 3; i++) {
      Made alone = next();
      assertTrue(alone.patient());
      assertEquals(1, alone.items().size());
      if (alone.items().getFirst().equals("bad")) {
        alone.reply().fail(Failure.of(FailureCode.INTERNAL, "the database refused"));
      } else {
        alone.done();
      }
    }
    assertEquals("good!", Database.await(rest.get(0)));
    assertEquals(FailureCode.INTERNAL, code(rest.get(1)));
    assertEquals("fine!", Database.await(rest.get(2)));
  }

  @Test
  void oneThatIsRefusedByItselfIsNotTriedAgain() throws Exception {
    Future<String> answer = calls.call("bad");
    next().reply().fail(Failure.of(FailureCode.INTERNAL, "the database refused"));
    assertEquals(FailureCode.INTERNAL, code(answer));
    assertTrue(made.isEmpty());
  }

  @Test
  void allFailWithADatabaseThatIsAwayAndTheNextGoOn() throws Exception {
    call("first");
    Made first = next();
    List<Future<String>> rest = call("a", "b");
    first.done();
    Made group = next();
    List<Future<String>> later = call("a:again", "c");
    group.reply().fail(Failure.of(FailureCode.UNAVAILABLE, "the database is away"));
    assertEquals(FailureCode.UNAVAILABLE, code(rest.get(0)));
    assertEquals(FailureCode.UNAVAILABLE, code(rest.get(1)));
    Made next = next();
    assertEquals(List.of("a:again", "c"), next.items());
    next.done();
    assertEquals(List.of("a:again!", "c!"), answers(later));
  }

  @Test
  void aWorkThatThrowsFailsItsCallAndNoMore() throws Exception {
    GroupCall<String, String> broken =
        new GroupCall<>(
            vertx,
            "calls",
            Set::of,
            (items, patient) -> {
              if (items.contains("bad")) {
                throw new IllegalStateException("broken");
              }
              return Future.succeededFuture(items.stream().map(GroupCallTest::done).toList());
            });
    assertInstanceOf(
        IllegalStateException.class,
        assertThrows(Failure.class, () -> Database.await(broken.call("bad"))).getCause());
    assertEquals("good!", Database.await(broken.call("good")));
  }
}
