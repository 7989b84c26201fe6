package dev.mordomo.gateway.http;

import dev.mordomo.action.Action;
import dev.mordomo.action.ActionQuery;
import dev.mordomo.action.ActionService;
import dev.mordomo.action.ActionStatus;
import dev.mordomo.gateway.ReportFields;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the assistant decided to do, and what devices report of it. */
final class ActionRoutes {
  private static final String WHAT = "the action";
  private static final List<String> STATUSES =
      Arrays.stream(ActionStatus.values()).map(ActionStatus::wire).toList();

  private final ActionService actions;

  ActionRoutes(ActionService actions) {
    this.actions = actions;
  }

  /** One's own, newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    Optional<ActionStatus> status =
        query
            .choice("status", STATUSES)
            .map(word -> ActionStatus.valueOf(word.toUpperCase(Locale.ROOT)));
    return page.answer(
        actions.list(
            exchange.scope(),
            new ActionQuery(
                status,
                query.text("type"),
                query.id("conversation_id"),
                page.after(),
                page.oneMore())),
        Action::id);
  }

  Answer get(Exchange exchange) {
    return Answer.ok(actions.get(exchange.scope(), exchange.id("id", WHAT)));
  }

  Answer report(Exchange exchange) {
    return Answer.ok(
        actions.report(
            exchange.scope(), exchange.id("id", WHAT), ReportFields.read(exchange.fields())));
  }
}
