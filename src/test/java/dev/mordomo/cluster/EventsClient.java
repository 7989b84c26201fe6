package dev.mordomo.cluster;

import dev.mordomo.ApiClient;
import dev.mordomo.gateway.http.EventSource;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * A client of server-sent events: it begins a turn and hears it on the same answer, and goes on
 * with {@code Last-Event-ID} wherever its connection broke off, sometimes by its own doing.
 */
final class EventsClient extends FaultyWorldClient {
  private final List<Talk> talks = new ArrayList<>();

  // Of the turn that is under way.
  private Optional<String> turn = Optional.empty();
  private Optional<String> last = Optional.empty();
  private Optional<String> end = Optional.empty();
  private final StringBuilder heard = new StringBuilder();
  private boolean whole = true;
  private boolean leaves;

  /** As those of {@link FaultyWorldClient}. */
  EventsClient(
      String name,
      IntSupplier doors,
      String token,
      UUID conversation,
      Random random,
      BooleanSupplier goesOn) {
    super(name, doors, token, conversation, random, goesOn);
  }

  List<Talk> talks() {
    return List.copyOf(talks);
  }

  @Override
  void talk(String id) {
    turn = Optional.empty();
    last = Optional.empty();
    end = Optional.empty();
    heard.setLength(0);
    whole = true;
    leaves = random.nextInt(3) == 0;
    long deadline = System.nanoTime() + LONGEST_TURN.toNanos();
    while (end.isEmpty() && System.nanoTime() - deadline < 0) {
      try {
        if (whole) {
          hear(id);
        } else {
          reload();
        }
      } catch (RuntimeException | AssertionError e) {
        // The connection is gone: it goes on at another node.
        nap();
      }
    }
    if (end.isEmpty()) {
      wrongs.add(name + ": the turn " + turn + " of " + id + " never ended");
    }
    talks.add(new Talk(id, id, turn, end, heard.toString(), whole, false));
  }

  private void hear(String id) {
    try (EventSource source = open(id)) {
      if (source.status() != 200) {
        refused(source.status());
        return;
      }
      boolean more = true;
      for (Optional<Event> event = source.next(); more && event.isPresent(); ) {
        more = event.get().text().isEmpty() || take(event.get());
        event = more ? source.next() : event;
      }
    }
  }

  private EventSource open(String id) {
    String url = url();
    if (turn.isPresent()) {
      return EventSource.get(
          url,
          "/v1/turns/" + turn.get() + "/events",
          token,
          last.map(at -> Map.of("Last-Event-ID", at)).orElse(Map.of()));
    }
    return EventSource.post(
        url,
        "/v1/conversations/" + conversation + "/turns",
        token,
        Map.of("Idempotency-Key", id),
        Json.write(Map.of("content", id, "client_message_id", id, "collections", List.of())));
  }

  private void refused(int status) {
    if (status == 204 && turn.isPresent()) {
      // The end was the last that it had heard; it cannot be: it would not have asked.
      wrongs.add(name + ": nothing more of " + turn.get() + ", whose end nobody heard");
      whole = false;
    } else if (status != 409 && status != 429 && status < 500) {
      wrongs.add(name + ": refused for good with " + status);
    }
    nap();
  }

  /**
   * @return whether more is to be heard on this connection
   */
  private boolean take(Event event) {
    if (event.type().equals("turn.unrecovered")) {
      whole = false;
      return false;
    }
    follow(event);
    switch (event.type()) {
      case "turn.accepted" -> turn = Optional.of(event.data().get("turn_id").asText());
      case "turn.delta" -> {
        heard.append(event.data().get("text").asText());
        if (leaves) {
          leaves = false;
          return false;
        }
      }
      case "turn.completed", "turn.failed", "turn.cancelled" -> {
        end = Optional.of(event.type());
        return false;
      }
      default -> {
        // What else happens is checked in the tables.
      }
    }
    return true;
  }

  /**
   * Ids are {@code epoch:offset}; in a conversation that nobody else uses no offset is left out.
   */
  private void follow(Event event) {
    if (event.id().isEmpty()) {
      return;
    }
    String id = event.id().get();
    int colon = id.lastIndexOf(':');
    long offset = Long.parseLong(id.substring(colon + 1));
    if (last.isPresent() && last.get().startsWith(id.substring(0, colon + 1))) {
      long before = Long.parseLong(last.get().substring(colon + 1));
      if (offset != before + 1) {
        wrongs.add(name + ": after offset " + before + " came " + offset);
      }
    }
    last = event.id();
  }

  private void reload() {
    String status =
        ApiClient.of(url(), token).get("/v1/turns/" + turn.orElseThrow()).get("status").asText();
    if (List.of("completed", "cancelled", "failed").contains(status)) {
      end = Optional.of("turn." + status);
    } else {
      nap();
    }
  }
}
