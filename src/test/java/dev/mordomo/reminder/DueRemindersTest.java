package dev.mordomo.reminder;

import static dev.mordomo.reminder.ReminderFixture.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DueRemindersTest {
  private static final Instant SOON = NOW.plusSeconds(60);
  private ReminderFixture house = new ReminderFixture();

  @BeforeEach
  void open() {
    house.clock.set(NOW);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void itFiresAtItsTimeAndOnlyThen() {
    Scope scope = house.db.tenantWithUser("member");
    Reminder made = house.create(scope, "cake", SOON);
    assertEquals(Optional.of(SOON), house.reminders.due().next());
    assertEquals(0, house.fireAt(SOON.minusMillis(1)));
    assertEquals(1, house.fireAt(SOON));
    assertEquals(0, house.fireAt(SOON.plusSeconds(60)));
    assertEquals(List.of("reminder.triggered"), house.events(scope));
    JsonNode payload = Json.read(house.payloads(scope).getFirst());
    assertEquals("reminder.triggered", payload.path("type").textValue());
    JsonNode told = payload.path("reminder");
    assertEquals("triggered", told.path("status").textValue());
    assertEquals(made.id().toString(), told.path("id").textValue());
    assertEquals("2026-03-01T12:01:00Z", told.path("triggered_at").textValue());
    assertEquals(ReminderStatus.TRIGGERED, house.reminders.get(scope, made.id()).status());
    assertEquals(Optional.empty(), house.reminders.due().next());
  }

  @Test
  void whatIsCancelledOrSnoozedDoesNotFireAtTheOldTime() {
    Scope scope = house.db.tenantWithUser("member");
    UUID cancelled = house.create(scope, "cancelled", SOON).id();
    UUID snoozed = house.create(scope, "snoozed", SOON).id();
    house.reminders.cancel(scope, cancelled);
    house.reminders.snooze(scope, snoozed, Duration.ofMinutes(10));
    assertEquals(0, house.fireAt(SOON));
    assertEquals(1, house.fireAt(NOW.plusSeconds(600)));
    assertEquals(
        List.of("reminder.cancelled", "reminder.snoozed", "reminder.triggered"),
        house.events(scope));
  }

  @Test
  void oneThatRecursGoesBackToPendingWithItsNextTime() {
    Scope scope = house.db.tenantWithUser("member");
    UUID id = house.create(scope, "pills", SOON, "FREQ=DAILY;COUNT=3").id();
    Duration day = Duration.ofDays(1);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, house.fireAt(SOON.plus(day.multipliedBy(i))));
      Reminder after = house.reminders.get(scope, id);
      assertEquals(i == 2 ? ReminderStatus.TRIGGERED : ReminderStatus.PENDING, after.status());
      assertEquals(Optional.of(SOON.plus(day.multipliedBy(i))), after.triggeredAt());
      assertEquals(SOON.plus(day.multipliedBy(Math.min(i + 1, 2))), after.scheduledAt());
    }
    assertEquals(0, house.fireAt(SOON.plus(Duration.ofDays(30))));
    assertTrue(house.payloads(scope).stream().allMatch(p -> p.contains("\"triggered\"")));
  }

  @Test
  void whatWasMissedFiresOnceAndGoesOnInTheFuture() {
    Scope scope = house.db.tenantWithUser("member");
    UUID id = house.create(scope, "pills", SOON, "FREQ=DAILY").id();
    assertEquals(1, house.fireAt(SOON.plus(Duration.ofDays(10)).plusSeconds(1)));
    assertEquals(SOON.plus(Duration.ofDays(11)), house.reminders.get(scope, id).scheduledAt());
    assertEquals(1, house.events(scope).size());
  }

  @Test
  void aSnoozeDoesNotMoveTheSeries() {
    Scope scope = house.db.tenantWithUser("member");
    UUID id = house.create(scope, "pills", SOON, "FREQ=DAILY").id();
    house.fireAt(SOON);
    house.reminders.snooze(scope, id, Duration.ofMinutes(15));
    assertEquals(1, house.fireAt(SOON.plus(Duration.ofMinutes(15))));
    assertEquals(SOON.plus(Duration.ofDays(1)), house.reminders.get(scope, id).scheduledAt());
  }

  @Test
  void theTimeOfDayStaysWhenSummerTimeBegins() {
    Scope scope = house.db.tenantWithUser("member");
    house.clock.set(Instant.parse("2026-03-28T08:00:00Z"));
    Instant nine = Instant.parse("2026-03-28T09:00:00Z");
    UUID id =
        house
            .reminders
            .create(
                scope,
                new NewReminder(
                    "coffee",
                    "",
                    nine,
                    Optional.of("FREQ=DAILY"),
                    "Europe/Lisbon",
                    Map.of(),
                    Optional.empty()))
            .id();
    house.fireAt(nine);
    assertEquals(
        Instant.parse("2026-03-29T08:00:00Z"), house.reminders.get(scope, id).scheduledAt());
  }

  @Test
  void aRowThatCannotBeComputedDoesNotKeepOthersFromFiring() throws SQLException {
    Scope scope = house.db.tenantWithUser("member");
    UUID broken = house.create(scope, "broken", SOON, "FREQ=DAILY").id();
    UUID good = house.create(scope, "good", SOON).id();
    try (Connection owner = house.db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute("UPDATE reminder SET rrule = 'nonsense' WHERE id = '" + broken + "'");
    }
    assertEquals(2, house.fireAt(SOON));
    assertEquals(ReminderStatus.TRIGGERED, house.reminders.get(scope, broken).status());
    assertEquals(ReminderStatus.TRIGGERED, house.reminders.get(scope, good).status());
  }

  @Test
  void fourNodesFireEachOfTwoHundredOnce() throws Exception {
    List<Scope> users = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      users.add(house.db.tenantWithUser("member"));
    }
    for (int run = 0; run < 20; run++) {
      Instant due = house.clock.instant().plusSeconds(60);
      Map<UUID, List<String>> made = new HashMap<>();
      for (int i = 0; i < 200; i++) {
        Scope scope = users.get(i % users.size());
        String id = house.create(scope, "r" + i, due).id().toString();
        made.computeIfAbsent(scope.userId(), user -> new ArrayList<>()).add(id);
      }
      house.clock.set(due);
      assertEquals(200, fireOnNodes(4), "run " + run);
      for (Scope scope : users) {
        List<String> wanted = made.getOrDefault(scope.userId(), List.of());
        List<String> told = triggeredIds(scope, wanted);
        assertEquals(40, told.size(), "no double in run " + run);
        assertEquals(Set.copyOf(wanted), Set.copyOf(told));
      }
    }
  }

  private List<String> triggeredIds(Scope scope, List<String> among) {
    Set<String> wanted = Set.copyOf(among);
    return house.payloads(scope).stream()
        .map(payload -> Json.read(payload).path("reminder").path("id").textValue())
        .filter(wanted::contains)
        .collect(Collectors.toList());
  }

  private int fireOnNodes(int count) throws Exception {
    List<Callable<Integer>> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DueReminders node = house.node().due();
      nodes.add(() -> {
        int all = 0;
        for (int fired = node.fire(); fired > 0; fired = node.fire()) {
          all += fired;
        }
        return all;
      });
    }
    int all = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> fired : threads.invokeAll(nodes)) {
        all += fired.get();
      }
    }
    return all;
  }
}
