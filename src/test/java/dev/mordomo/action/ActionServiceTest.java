package dev.mordomo.action;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.MovableClock;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ActionServiceTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final ActionConfig CONFIG = new ActionConfig(Duration.ofMinutes(2));

  private static TestDatabase db;
  private static Bus bus;
  private static Streams streams;
  private final MovableClock clock = new MovableClock(NOW);
  private final ActionService actions = service();

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    bus = new Bus(db.vertx());
    streams = new Streams(db.database(), bus);
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private ActionService service() {
    return new ActionService(
        db.database(),
        streams,
        bus,
        scope -> Masking.NONE.begin(scope, () -> "pt-BR"),
        CONFIG,
        clock);
  }

  @Test
  void anActionForADeviceIsStoredAnnouncedAndWaits() throws InterruptedException {
    Scope scope = db.tenantWithUser("member");
    var heard = new LinkedBlockingQueue<ActionEvent>();
    var subscription = bus.subscribe(ActionEvent.Requested.ADDRESS, heard::add);
    ToolContext context = context(scope);
    Action action = actions.run(context, turnOff());

    assertEquals(ActionStatus.PENDING, action.status());
    assertEquals("iot_control", action.type());
    assertEquals("turn_off", action.name());
    assertEquals(Map.of("device", "light", "target", "luz da sala"), action.parameters());
    assertEquals(Optional.of(context.messageId()), action.messageId());
    assertEquals(action, actions.get(scope, action.id()));
    assertEquals(List.of("action.requested"), types(scope));
    assertTrue(events(scope).getFirst().payload().contains(action.id().toString()));
    assertEquals(action, heardOf(heard, action.id()).action());
    subscription.unregister();
  }

  @Test
  void aToolOfThisServerEndsAtOnce() {
    Scope scope = db.tenantWithUser("member");
    actions.register(tool("echo", arguments -> Map.of("said", arguments.get("text"))));
    Action action = actions.run(context(scope), new ToolCall("1", "echo", Map.of("text", "oi")));
    assertEquals(ActionStatus.SUCCESS, action.status());
    assertEquals(Optional.of(Map.of("said", "oi")), action.result());
    assertEquals(Optional.of(NOW), action.executedAt());
    assertEquals(List.of("action.requested", "action.updated"), types(scope));
    assertEquals(action, actions.get(scope, action.id()));
  }

  @Test
  void aToolThatFailsFailsItsAction() {
    Scope scope = db.tenantWithUser("member");
    actions.register(
        tool(
            "refuses",
            arguments -> {
              throw Failure.invalid("text", "no");
            }));
    actions.register(
        tool(
            "breaks",
            arguments -> {
              throw new IllegalStateException("secret detail");
            }));
    Action refused =
        actions.run(context(scope), new ToolCall("1", "refuses", Map.of("text", "oi")));
    assertEquals(ActionStatus.FAILED, refused.status());
    assertEquals(Optional.of("invalid"), refused.errorCode());
    assertEquals(Optional.of("text: no"), refused.errorMessage());
    Action broken = actions.run(context(scope), new ToolCall("2", "breaks", Map.of("text", "oi")));
    assertEquals(Optional.of("internal"), broken.errorCode());
    assertTrue(!broken.errorMessage().orElseThrow().contains("secret"));
  }

  @Test
  void whatIsNotACallStoresNothing() {
    Scope scope = db.tenantWithUser("member");
    ToolContext context = context(scope);
    for (ToolCall call :
        List.of(
            new ToolCall("1", "no_such_tool", Map.of()),
            new ToolCall("2", "iot_control", Map.of("device", "light")),
            new ToolCall("3", "iot_control", Map.of("name", 3, "device", "light")))) {
      Failure failure = assertThrows(Failure.class, () -> actions.run(context, call));
      assertEquals(FailureCode.INVALID, failure.code());
    }
    assertEquals(List.of(), list(scope));
    assertEquals(List.of(), types(scope));
  }

  @Test
  void toolsKeepTheirOrderAndTheirNamesAreUnique() {
    actions.register(tool("b", arguments -> "b"));
    actions.register(tool("a", arguments -> "a"));
    assertEquals(
        List.of("iot_control", "b", "a"), actions.tools().stream().map(ToolSpec::name).toList());
    assertThrows(
        IllegalStateException.class, () -> actions.register(tool("a", arguments -> "other")));
  }

  @Test
  void aDeviceReportsStepByStep() {
    Scope scope = db.tenantWithUser("member");
    UUID id = actions.run(context(scope), turnOff()).id();
    assertEquals(
        ActionStatus.EXECUTING, actions.report(scope, id, report(ActionStatus.EXECUTING)).status());
    ActionReport done =
        ActionReport.of(
            ActionStatus.SUCCESS, Optional.of(Map.of("state", "off")), Optional.empty());
    Action ended = actions.report(scope, id, done);
    assertEquals(Optional.of(NOW), ended.executedAt());
    assertEquals(ended, actions.report(scope, id, done), "saying it again changes nothing");
    assertEquals(List.of("action.requested", "action.updated", "action.updated"), types(scope));

    ActionReport failed =
        ActionReport.of(ActionStatus.FAILED, Optional.empty(), Optional.of("no power"));
    assertEquals(
        FailureCode.CONFLICT,
        assertThrows(Failure.class, () -> actions.report(scope, id, failed)).code());
    assertEquals(ended, actions.get(scope, id));
  }

  @Test
  void onlyTheOwnerSeesAndReports() {
    Scope owner = db.tenantWithUser("member");
    UUID id = actions.run(context(owner), turnOff()).id();
    for (Scope stranger :
        List.of(
            db.tenantWithUser("superuser"),
            db.user(owner.tenantId(), "member"),
            db.user(owner.tenantId(), "admin"))) {
      assertEquals(
          FailureCode.NOT_FOUND,
          assertThrows(
                  Failure.class, () -> actions.report(stranger, id, report(ActionStatus.SUCCESS)))
              .code());
      assertEquals(
          FailureCode.NOT_FOUND,
          assertThrows(Failure.class, () -> actions.get(stranger, id)).code());
      assertEquals(List.of(), list(stranger));
    }
    assertEquals(ActionStatus.PENDING, actions.get(owner, id).status());
  }

  @Test
  void whatTheServerExecutesIsNotForDevicesToReport() {
    Scope scope = db.tenantWithUser("member");
    actions.register(
        tool(
            "asks_itself",
            arguments -> {
              UUID id = list(scope).getFirst().id();
              Failure failure =
                  assertThrows(
                      Failure.class, () -> actions.report(scope, id, report(ActionStatus.FAILED)));
              return failure.code().wire();
            }));
    Action action =
        actions.run(context(scope), new ToolCall("1", "asks_itself", Map.of("text", "oi")));
    assertEquals(Optional.of("conflict"), action.result());
  }

  @Test
  void ofManyReportsAtOnceOneWins() throws Exception {
    Scope scope = db.tenantWithUser("member");
    for (int run = 0; run < 10; run++) {
      UUID id = actions.run(context(scope), turnOff()).id();
      List<Callable<Boolean>> reports = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ActionReport report =
            ActionReport.of(
                ActionStatus.SUCCESS, Optional.of(Map.of("device", i)), Optional.empty());
        reports.add(() -> succeeds(() -> actions.report(scope, id, report)));
      }
      long before = types(scope).size();
      assertEquals(1, together(reports).stream().filter(won -> won).count());
      assertEquals(before + 1, types(scope).size(), "one event for one change");
    }
  }

  @Test
  void filtersAndPages() {
    Scope scope = db.tenantWithUser("member");
    ToolContext here = context(scope);
    UUID first = actions.run(here, turnOff()).id();
    UUID second = actions.run(context(scope), turnOff()).id();
    UUID third = actions.run(here, turnOff()).id();
    actions.report(scope, second, report(ActionStatus.SUCCESS));

    assertEquals(List.of(third, second, first), ids(list(scope)));
    assertEquals(List.of(third, first), ids(query(scope, Optional.of(ActionStatus.PENDING), 10)));
    assertEquals(List.of(third), ids(query(scope, Optional.empty(), 1)));
    var inConversation =
        new ActionQuery(
            Optional.empty(),
            Optional.of("iot_control"),
            Optional.of(here.conversationId()),
            Optional.of(third),
            10);
    assertEquals(List.of(first), ids(actions.list(scope, inConversation)));
    var ofAnotherType =
        new ActionQuery(
            Optional.empty(), Optional.of("query"), Optional.empty(), Optional.empty(), 10);
    assertEquals(List.of(), actions.list(scope, ofAnotherType));
  }

  @Test
  void whatNobodyReportsInTimeFailsWithTimeout() {
    Scope scope = db.tenantWithUser("member");
    UUID id = actions.run(context(scope), turnOff()).id();
    clock.advance(CONFIG.deadline().minusSeconds(1));
    actions.expire();
    assertEquals(ActionStatus.PENDING, actions.get(scope, id).status());

    actions.report(scope, id, report(ActionStatus.EXECUTING));
    clock.advance(Duration.ofSeconds(10));
    actions.expire();
    assertEquals(
        ActionStatus.EXECUTING,
        actions.get(scope, id).status(),
        "a device that began has the whole time again");

    clock.advance(CONFIG.deadline());
    actions.expire();
    Action late = actions.get(scope, id);
    assertEquals(ActionStatus.FAILED, late.status());
    assertEquals(Optional.of("timeout"), late.errorCode());
    assertTrue(late.executedAt().isEmpty());
    assertEquals(3, types(scope).size());
    assertThrows(
        Failure.class, () -> actions.report(scope, id, report(ActionStatus.SUCCESS)), "too late");
  }

  @Test
  void eachOverdueActionFailsOnceInTheCluster() throws Exception {
    List<Scope> scopes = List.of(db.tenantWithUser("member"), db.tenantWithUser("member"));
    for (int i = 0; i < 120; i++) {
      actions.run(context(scopes.get(i % 2)), turnOff());
    }
    clock.advance(CONFIG.deadline().plusSeconds(1));
    List<Callable<Integer>> nodes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ActionService node = service();
      nodes.add(() -> {
        int all = 0;
        for (int expired = node.expire(); expired > 0; expired = node.expire()) {
          all += expired;
        }
        return all;
      });
    }
    assertEquals(120, together(nodes).stream().mapToInt(i -> i).sum());
    for (Scope scope : scopes) {
      assertEquals(60, types(scope).stream().filter(type -> type.equals("action.updated")).count());
    }
  }

  private static boolean succeeds(Runnable work) {
    try {
      work.run();
      return true;
    } catch (Failure e) {
      assertEquals(FailureCode.CONFLICT, e.code());
      return false;
    }
  }

  private static <T> List<T> together(List<Callable<T>> work)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(work)) {
        results.add(future.get());
      }
      return results;
    }
  }

  private static ActionEvent heardOf(LinkedBlockingQueue<ActionEvent> heard, UUID id)
      throws InterruptedException {
    ActionEvent event = heard.poll(10, TimeUnit.SECONDS);
    while (event != null && !event.action().id().equals(id)) {
      event = heard.poll(10, TimeUnit.SECONDS);
    }
    assertTrue(event != null, "nothing was announced");
    return event;
  }

  private static ToolCall turnOff() {
    return new ToolCall(
        "1", "iot_control", Map.of("name", "turn_off", "device", "light", "target", "luz da sala"));
  }

  private static ActionReport report(ActionStatus status) {
    return ActionReport.of(status, Optional.empty(), Optional.empty());
  }

  private interface Body {
    Object run(Map<String, Object> arguments);
  }

  private static Tool tool(String name, Body body) {
    ToolSpec spec =
        new ToolSpec(
            name,
            "a tool",
            Map.of(
                "type", "object",
                "properties", Map.of("text", Map.of("type", "string")),
                "required", List.of("text")));
    return new Tool.Internal() {
      @Override
      public ToolSpec spec() {
        return spec;
      }

      @Override
      public String type() {
        return "query";
      }

      @Override
      public Object run(ToolContext context, Map<String, Object> arguments) {
        return body.run(arguments);
      }
    };
  }

  private ToolContext context(Scope scope) {
    UUID conversation = Ids.next();
    db.database()
        .as(
            scope,
            connection ->
                connection
                    .preparedQuery(
                        """
                        INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)
                        VALUES ($1, $2, $3, $4, $4)
                        """)
                    .execute(
                        Tuple.of(
                            conversation,
                            scope.tenantId(),
                            scope.userId(),
                            NOW.atOffset(ZoneOffset.UTC)))
                    .await());
    return new ToolContext(
        scope,
        conversation,
        Ids.next(),
        Ids.next(),
        ZoneId.of("America/Sao_Paulo"),
        NOW,
        Optional.empty(),
        source -> 1);
  }

  private List<Action> list(Scope scope) {
    return query(scope, Optional.empty(), 100);
  }

  private List<Action> query(Scope scope, Optional<ActionStatus> status, int limit) {
    return actions.list(
        scope,
        new ActionQuery(status, Optional.empty(), Optional.empty(), Optional.empty(), limit));
  }

  private static List<UUID> ids(List<Action> found) {
    return found.stream().map(Action::id).toList();
  }

  private static List<StreamEvent> events(Scope scope) {
    return streams.after(scope.userId(), 0, 1000);
  }

  private static List<String> types(Scope scope) {
    return events(scope).stream().map(StreamEvent::type).toList();
  }
}
