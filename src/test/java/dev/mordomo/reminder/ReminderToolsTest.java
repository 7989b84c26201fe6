package dev.mordomo.reminder;

import static dev.mordomo.reminder.ReminderFixture.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.action.Action;
import dev.mordomo.action.ActionConfig;
import dev.mordomo.action.ActionService;
import dev.mordomo.action.ActionStatus;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a model's calls make, through the whole of an action. */
class ReminderToolsTest {
  private static ReminderFixture house;
  private static ActionService actions;

  @BeforeAll
  static void open() {
    house = new ReminderFixture();
    actions =
        new ActionService(
            house.db.database(),
            house.streams,
            house.bus,
            scope -> dev.mordomo.kernel.Masking.NONE.begin(scope, () -> "pt-BR"),
            new ActionConfig(Duration.ofMinutes(2)),
            house.clock);
    house.reminders.tools().forEach(actions::register);
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void theyAreOfferedInOrder() {
    assertEquals(
        List.of(
            "iot_control",
            "create_reminder",
            "list_reminders",
            "cancel_reminder",
            "snooze_reminder"),
        actions.tools().stream().map(ToolSpec::name).toList());
  }

  @Test
  void aReminderIsMadeOfTheEmbeddedModelsCall() {
    ToolContext context = context();
    Action action =
        run(
            context,
            "create_reminder",
            Map.of(
                "title", "tirar o bolo",
                "scheduled_at", "2026-03-01T09:10:00-03:00",
                "rrule", "FREQ=DAILY",
                "time_zone", "America/Sao_Paulo"));
    assertEquals(ActionStatus.SUCCESS, action.status());
    assertEquals("reminder", action.type());
    Reminder made = house.reminders.open(context.scope()).getFirst();
    assertEquals(Optional.of(made), action.result().map(Reminder.class::cast));
    assertEquals(Instant.parse("2026-03-01T12:10:00Z"), made.scheduledAt());
    assertEquals(Optional.of("FREQ=DAILY"), made.rrule());
    assertEquals(List.of("action.requested", "action.updated"), house.events(context.scope()));
  }

  @Test
  void aTimeWithoutAnOffsetIsOnTheUsersClock() {
    ToolContext context = context();
    create(context, "a", "2026-03-01T10:00:00");
    create(context, "b", "2026-03-01 11:00");
    create(context, "c", "2026-03-01T15:00:00Z");
    assertEquals(
        List.of("2026-03-01T13:00:00Z", "2026-03-01T14:00:00Z", "2026-03-01T15:00:00Z"),
        house.reminders.open(context.scope()).stream()
            .map(r -> r.scheduledAt().toString())
            .toList());
  }

  @Test
  void aWrongCallFailsAndSaysWhy() {
    ToolContext context = context();
    Action past = create(context, "a", "2026-02-01T10:00:00-03:00");
    assertEquals(ActionStatus.FAILED, past.status());
    assertEquals(Optional.of("invalid"), past.errorCode());
    assertTrue(past.errorMessage().orElseThrow().contains("in the past"));
    assertTrue(
        create(context, "a", "tomorrow").errorMessage().orElseThrow().contains("scheduled_at"));
    assertEquals(List.of(), house.reminders.open(context.scope()));
  }

  @Test
  void whatIsOpenIsListedByTime() {
    ToolContext context = context();
    create(context, "later", "2026-03-02T10:00:00-03:00");
    create(context, "sooner", "2026-03-01T10:00:00-03:00");
    Object result = run(context, "list_reminders", Map.of()).result().orElseThrow();
    assertEquals(
        List.of("sooner", "later"),
        ((List<?>) result).stream().map(r -> ((Reminder) r).title()).toList());
  }

  @Test
  void oneIsCancelledByWordsOfItsTitle() {
    ToolContext context = context();
    create(context, "Tirar o bolo do forno", "2026-03-01T10:00:00-03:00");
    create(context, "Ligar para a mãe", "2026-03-01T11:00:00-03:00");
    assertEquals(
        ActionStatus.SUCCESS,
        run(context, "cancel_reminder", Map.of("title", "MAE ligar")).status());
    assertEquals(List.of("Tirar o bolo do forno"), titles(context));
    assertEquals(
        Optional.of("not_found"),
        run(context, "cancel_reminder", Map.of("title", "dentista")).errorCode());
    assertEquals(ActionStatus.SUCCESS, run(context, "cancel_reminder", Map.of()).status());
    assertEquals(List.of(), titles(context));
  }

  @Test
  void whenSeveralFitNoneIsCancelled() {
    ToolContext context = context();
    create(context, "remédio da manhã", "2026-03-02T08:00:00-03:00");
    create(context, "remédio da noite", "2026-03-02T20:00:00-03:00");
    Action action = run(context, "cancel_reminder", Map.of("title", "remedio"));
    assertEquals(ActionStatus.FAILED, action.status());
    assertTrue(action.errorMessage().orElseThrow().contains("remédio da noite"));
    assertEquals(2, titles(context).size());
    UUID id = house.reminders.open(context.scope()).getLast().id();
    run(context, "cancel_reminder", Map.of("reminder_id", id.toString()));
    assertEquals(List.of("remédio da manhã"), titles(context));
  }

  @Test
  void anothersReminderIsNotFound() {
    ToolContext owner = context();
    create(owner, "mine", "2026-03-02T08:00:00-03:00");
    UUID id = house.reminders.open(owner.scope()).getFirst().id();
    Action action = run(context(), "cancel_reminder", Map.of("reminder_id", id.toString()));
    assertEquals(Optional.of("not_found"), action.errorCode());
    assertEquals(List.of("mine"), titles(owner));
  }

  @Test
  void theOneThatRangIsSnoozed() {
    ToolContext context = context();
    create(context, "rings", "2026-03-01T09:01:00-03:00");
    create(context, "waits", "2026-03-01T18:00:00-03:00");
    house.fireAt(NOW.plusSeconds(60));
    Action action = run(context, "snooze_reminder", Map.of("minutes", 5));
    assertEquals(ActionStatus.SUCCESS, action.status());
    Reminder snoozed = (Reminder) action.result().orElseThrow();
    assertEquals("rings", snoozed.title());
    assertEquals(NOW.plusSeconds(360), snoozed.scheduledAt());
    Action until =
        run(
            context,
            "snooze_reminder",
            Map.of("title", "waits", "until", "2026-03-01T19:00:00-03:00"));
    assertEquals(
        Instant.parse("2026-03-01T22:00:00Z"),
        ((Reminder) until.result().orElseThrow()).scheduledAt());
  }

  private static List<String> titles(ToolContext context) {
    return house.reminders.open(context.scope()).stream().map(Reminder::title).toList();
  }

  private static Action create(ToolContext context, String title, String at) {
    return run(context, "create_reminder", Map.of("title", title, "scheduled_at", at));
  }

  private static Action run(ToolContext context, String tool, Map<String, Object> arguments) {
    return actions.run(context, new ToolCall("1", tool, arguments));
  }

  private static ToolContext context() {
    house.clock.set(NOW);
    Scope scope = house.db.tenantWithUser("member");
    UUID conversation = Ids.next();
    house
        .db
        .database()
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
        ZoneId.of(ReminderFixture.ZONE),
        NOW,
        Optional.empty(),
        source -> 1);
  }
}
