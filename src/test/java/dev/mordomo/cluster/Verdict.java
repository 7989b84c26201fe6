package dev.mordomo.cluster;

import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the tables say in the end, against what clients were told: nothing lost, nothing doubled,
 * nothing out of order, nothing left running. Each wrong is a line.
 */
final class Verdict {
  private static final String TURNS =
      """
      SELECT t.id::text, t.client_message_id, t.status, t.error_code, m.content, m.interrupted,
        (SELECT count(*) FROM message x WHERE x.turn_id = t.id AND x.role = 'assistant'),
        (SELECT count(*) FROM message x WHERE x.turn_id = t.id AND x.role = 'user'),
        (SELECT max(x.content) FROM message x WHERE x.turn_id = t.id AND x.role = 'user'),
        (SELECT count(*) FROM action a WHERE a.turn_id = t.id)
      FROM turn t LEFT JOIN message m ON m.id = t.message_id
      WHERE t.conversation_id = ? ORDER BY t.id
      """;
  private static final String EVENTS =
      "SELECT \"offset\", type, payload::text FROM event WHERE channel_id = ? ORDER BY \"offset\"";
  private static final String NUMBERS =
      """
      SELECT c.message_count, (SELECT count(*) FROM message m WHERE m.conversation_id = c.id),
        (SELECT last_offset FROM channel h WHERE h.id = c.id)
      FROM conversation c WHERE c.id = ?
      """;
  private static final String REMINDERS =
      """
      SELECT r.title, count(*), min(r.status),
        (SELECT count(*) FROM event e WHERE e.channel_id = r.user_id AND e.type = 'reminder.triggered'
          AND e.payload->'reminder'->>'title' = r.title)
      FROM reminder r GROUP BY r.title, r.user_id
      """;

  private static final String QUESTIONS =
      """
      SELECT u.content,
        (SELECT count(*) FROM turn t WHERE t.user_message_id = u.id
          AND t.status NOT IN ('completed', 'cancelled', 'failed')),
        ARRAY(SELECT a.content FROM turn t JOIN message a ON a.id = t.message_id
          WHERE t.user_message_id = u.id AND t.status = 'completed' AND a.metadata->'superseded_by' IS NULL)
      FROM message u WHERE u.conversation_id = ? AND u.role = 'user' ORDER BY u.id
      """;

  /** A turn as its rows are. */
  private record Row(
      String turn,
      String client,
      String status,
      String error,
      String content,
      boolean interrupted,
      int answers,
      int questions,
      String question,
      int actions) {}

  private final List<String> wrongs = new ArrayList<>();
  private int turns;
  private int answered;
  private final Map<String, Integer> ends = new HashMap<>();

  /**
   * @param talks of all clients, by conversation
   * @param completions clients that ask again until they have an answer
   */
  Verdict(TestDatabase database, Map<UUID, List<Talk>> talks, List<CompletionClient> completions)
      throws SQLException {
    try (Connection owner = database.owner()) {
      for (Map.Entry<UUID, List<Talk>> each : talks.entrySet()) {
        conversation(owner, each.getKey(), each.getValue());
      }
      for (CompletionClient each : completions) {
        questions(owner, each);
      }
      reminders(owner);
    }
  }

  List<String> wrongs() {
    return List.copyOf(wrongs);
  }

  String summary() {
    return turns + " turns: " + ends + ", " + answered + " completions";
  }

  private void wrong(UUID conversation, String what) {
    wrongs.add("conversation " + conversation + ": " + what);
  }

  private void conversation(Connection owner, UUID conversation, List<Talk> talks)
      throws SQLException {
    Map<String, String> said = events(owner, conversation);
    numbers(owner, conversation);
    Map<String, Row> rows = new HashMap<>();
    for (Row row : rows(owner, conversation)) {
      turns++;
      ends.merge(row.error() == null ? row.status() : row.error(), 1, Integer::sum);
      if (rows.put(row.client(), row) != null) {
        wrong(conversation, row.client() + " is two turns");
      }
      turn(conversation, row, said.getOrDefault(row.turn(), ""));
    }
    for (Talk talk : talks) {
      Row row = rows.get(talk.id());
      if (row == null && talk.turn().isPresent()) {
        wrong(conversation, talk.id() + " was acknowledged and is not there");
      } else if (row != null) {
        told(conversation, talk, row);
      }
    }
    Map<String, Talk> known =
        talks.stream().collect(Collectors.toMap(Talk::id, talk -> talk, (a, b) -> a));
    rows.keySet().stream()
        .filter(id -> !known.containsKey(id))
        .forEach(id -> wrong(conversation, id + " was never said"));
  }

  /**
   * A question is there once, however often it was asked again; an answer that was told whole is
   * the one that is there.
   */
  private void questions(Connection owner, CompletionClient client) throws SQLException {
    UUID conversation = client.conversation();
    events(owner, conversation);
    numbers(owner, conversation);
    List<String> there = new ArrayList<>();
    try (PreparedStatement statement = of(owner, QUESTIONS, conversation);
        ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        String question = found.getString(1);
        there.add(question);
        List<String> answers = List.of((String[]) found.getArray(3).getArray());
        if (found.getInt(2) > 0) {
          wrong(conversation, question + " is left running");
        }
        if (client.answered().contains(question)) {
          answered++;
          if (!answers.equals(List.of(Answers.text(question)))) {
            wrong(conversation, question + " was answered, and its answers are " + answers);
          }
        }
      }
    }
    if (!there.equals(client.asked().stream().filter(there::contains).toList())
        || !there.containsAll(client.answered())) {
      wrong(conversation, "holds the questions " + there + " of " + client.asked());
    }
  }

  /** Offsets from 1 without a hole; gives what was said in each turn. */
  private Map<String, String> events(Connection owner, UUID conversation) throws SQLException {
    Map<String, StringBuilder> said = new HashMap<>();
    Map<String, Integer> closing = new HashMap<>();
    long next = 1;
    try (PreparedStatement statement = of(owner, EVENTS, conversation);
        ResultSet events = statement.executeQuery()) {
      while (events.next()) {
        if (events.getLong(1) != next) {
          wrong(conversation, "after offset " + (next - 1) + " comes " + events.getLong(1));
        }
        next = events.getLong(1) + 1;
        var payload = Json.read(events.getString(3));
        String turn = payload.path("turn_id").asText();
        switch (events.getString(2)) {
          case "turn.delta" ->
              said.computeIfAbsent(turn, t -> new StringBuilder())
                  .append(payload.get("text").asText());
          case "turn.completed", "turn.failed", "turn.cancelled" ->
              closing.merge(turn, 1, Integer::sum);
          default -> {
            // Nothing to count.
          }
        }
      }
    }
    closing.forEach((turn, times) -> {
      if (times > 1) {
        wrong(conversation, "the turn " + turn + " ended " + times + " times");
      }
    });
    Map<String, String> texts = new HashMap<>();
    said.forEach((turn, text) -> texts.put(turn, text.toString()));
    return texts;
  }

  private void numbers(Connection owner, UUID conversation) throws SQLException {
    try (PreparedStatement statement = of(owner, NUMBERS, conversation);
        ResultSet numbers = statement.executeQuery()) {
      if (!numbers.next()) {
        wrong(conversation, "is not there");
      } else if (numbers.getInt(1) != numbers.getInt(2)) {
        wrong(
            conversation,
            "counts %d messages and has %d".formatted(numbers.getInt(1), numbers.getInt(2)));
      }
    }
  }

  private List<Row> rows(Connection owner, UUID conversation) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement statement = of(owner, TURNS, conversation);
        ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        rows.add(
            new Row(
                found.getString(1),
                found.getString(2),
                found.getString(3),
                found.getString(4),
                found.getString(5),
                found.getBoolean(6),
                found.getInt(7),
                found.getInt(8),
                found.getString(9),
                found.getInt(10)));
      }
    }
    return rows;
  }

  private void turn(UUID conversation, Row row, String said) {
    String name = row.client() + " (" + row.status() + ")";
    if (List.of("queued", "retrieving", "running").contains(row.status())) {
      wrong(conversation, name + " is left running");
      return;
    }
    if (row.questions() != 1) {
      wrong(conversation, name + " is there " + row.questions() + " times");
    }
    String all = Answers.text(row.question());
    String kept = row.content() == null ? "" : row.content();
    boolean completed = row.status().equals("completed");
    if (row.answers() > 1 || (completed && row.answers() != 1)) {
      wrong(conversation, name + " has " + row.answers() + " answers");
    }
    if (completed ? !kept.equals(all) : !all.startsWith(kept)) {
      wrong(conversation, name + " keeps \"" + kept + "\" of \"" + all + "\"");
    }
    // What was not flushed before the end comes with the message alone.
    if (!kept.startsWith(said)) {
      wrong(conversation, name + " said \"" + said + "\" and keeps \"" + kept + "\"");
    }
    boolean acts = row.question().contains(Answers.REMIND);
    if (row.actions() > 1 || (row.actions() != 1 && acts && completed)) {
      wrong(conversation, name + " acted " + row.actions() + " times");
    }
  }

  /** What one client was told of its turn. */
  private void told(UUID conversation, Talk talk, Row row) {
    String name = talk.id() + " (" + row.status() + ")";
    if (talk.turn().isPresent() && !talk.turn().get().equals(row.turn())) {
      wrong(conversation, name + " was acknowledged as " + talk.turn().get());
    }
    if (!row.question().equals(talk.words())) {
      wrong(conversation, name + " holds other words: " + row.question());
    }
    if (talk.end().isPresent() && !talk.end().get().equals("turn." + row.status())) {
      wrong(conversation, name + " was told to have ended as " + talk.end().get());
    }
    String kept = row.content() == null ? "" : row.content();
    boolean exactly = talk.whole() && row.status().equals("completed");
    if (exactly ? !kept.equals(talk.heard()) : talk.whole() && !kept.startsWith(talk.heard())) {
      wrong(conversation, name + " was heard as \"" + talk.heard() + "\" and is \"" + kept + "\"");
    }
  }

  private void reminders(Connection owner) throws SQLException {
    try (PreparedStatement statement = owner.prepareStatement(REMINDERS);
        ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        if (found.getInt(2) != 1 || found.getInt(4) != 1) {
          wrongs.add(
              "the reminder \"%s\" (%s) is there %d times and fired %d times"
                  .formatted(
                      found.getString(1), found.getString(3), found.getInt(2), found.getInt(4)));
        }
      }
    }
  }

  private static PreparedStatement of(Connection owner, String sql, UUID id) throws SQLException {
    PreparedStatement statement = owner.prepareStatement(sql);
    statement.setObject(1, id);
    return statement;
  }
}
