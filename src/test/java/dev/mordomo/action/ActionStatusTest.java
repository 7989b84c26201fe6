package dev.mordomo.action;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActionStatusTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest
  @EnumSource(ActionStatus.class)
  void everyTransitionIsAsTheDiagramSays(ActionStatus from) {
    Set<ActionStatus> allowed =
        switch (from) {
          case PENDING -> Set.of(ActionStatus.EXECUTING, ActionStatus.SUCCESS, ActionStatus.FAILED);
          case EXECUTING -> Set.of(ActionStatus.SUCCESS, ActionStatus.FAILED);
          case SUCCESS, FAILED -> Set.of();
        };
    for (ActionStatus to : ActionStatus.values()) {
      assertEquals(allowed.contains(to), from.mayBecome(to), from + " to " + to);
    }
  }

  @ParameterizedTest
  @EnumSource(ActionStatus.class)
  void everyReportIsAppliedRepeatedOrRefused(ActionStatus from) {
    for (ActionStatus to : ActionStatus.values()) {
      if (to == ActionStatus.PENDING) {
        assertThrows(Failure.class, () -> report(to));
      } else if (from == to) {
        assertTrue(action(from).after(report(to), NOW).isEmpty(), "saying " + to + " again");
      } else if (from.mayBecome(to)) {
        Action after = action(from).after(report(to), NOW).orElseThrow();
        assertEquals(to, after.status());
        assertEquals(to.isFinal(), after.executedAt().isPresent());
      } else {
        Action action = action(from);
        Failure failure = assertThrows(Failure.class, () -> action.after(report(to), NOW));
        assertEquals(FailureCode.CONFLICT, failure.code(), from + " to " + to);
      }
    }
  }

  @Test
  void aSecondReportThatSaysSomethingElseIsRefused() {
    Action done = action(ActionStatus.SUCCESS);
    ActionReport other =
        ActionReport.of(
            ActionStatus.SUCCESS, Optional.of(Map.of("note", "other")), Optional.empty());
    assertThrows(Failure.class, () -> done.after(other, NOW));
  }

  @Test
  void aReportThatContradictsItselfIsRefused() {
    for (ActionStatus status : Set.of(ActionStatus.EXECUTING, ActionStatus.SUCCESS)) {
      assertThrows(
          Failure.class, () -> ActionReport.of(status, Optional.empty(), Optional.of("broken")));
    }
    assertThrows(
        Failure.class,
        () -> ActionReport.of(ActionStatus.EXECUTING, Optional.of(1), Optional.empty()));
    assertThrows(
        Failure.class,
        () ->
            ActionReport.of(ActionStatus.FAILED, Optional.empty(), Optional.of("x".repeat(2001))));
  }

  @Test
  void everyStatusKeepsItsName() {
    for (ActionStatus status : ActionStatus.values()) {
      assertEquals(status, ActionStatus.of(status.wire()));
    }
  }

  private static ActionReport report(ActionStatus status) {
    return ActionReport.of(status, Optional.empty(), Optional.empty());
  }

  private static Action action(ActionStatus status) {
    return new Action(
        Ids.next(),
        Optional.empty(),
        Optional.empty(),
        Tool.DEVICES,
        "turn_off",
        Map.of("device", "light"),
        status,
        Optional.empty(),
        status == ActionStatus.FAILED ? Optional.of("reported") : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        NOW);
  }
}
