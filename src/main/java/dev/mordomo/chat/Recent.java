package dev.mordomo.chat;

import dev.mordomo.chat.TurnBeginStore.Said;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The last messages of one conversation, as they were at one point of its history.
 *
 * <p>That point is told by its epoch, by how many messages there were, and by how many other
 * changes there had been. {@link #with} counts each message that it is given, so that the number is
 * PostgreSQL's only when no other message came: two copies of one point hold the same, whoever made
 * them, and in whatever order they are kept.
 *
 * @param lines the newest last, of those that nothing has replaced
 */
record Recent(String epoch, int messages, long changes, List<Line> lines) {
  /** As many as recent_messages reads, and as much of each: V098__recent_turns.sql. */
  static final int MOST = 20;

  static final int CODE_POINTS = 6000;

  private static final Comparator<UUID> AS_POSTGRESQL =
      (one, other) -> {
        int high =
            Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0
            ? high
            : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
      };

  /** One message. */
  record Line(UUID id, String role, String content) {
    Line {
      content =
          content.codePointCount(0, content.length()) <= CODE_POINTS
              ? content
              : content.substring(0, content.offsetByCodePoints(0, CODE_POINTS));
    }
  }

  Recent {
    lines = List.copyOf(lines);
  }

  /** The same after one more message was stored. */
  Recent with(Line line) {
    List<Line> more = new ArrayList<>(lines);
    more.add(line);
    more.sort(Comparator.comparing(Line::id, AS_POSTGRESQL));
    return new Recent(
        epoch, messages + 1, changes, more.subList(Math.max(0, more.size() - MOST), more.size()));
  }

  /** What a model is told before the message of this id. */
  List<Said> before(UUID message) {
    return lines.stream()
        .filter(line -> AS_POSTGRESQL.compare(line.id(), message) < 0)
        .map(line -> new Said(line.role(), line.content()))
        .toList();
  }

  /** About how much memory it takes at most. */
  int bytes() {
    return 256 + lines.stream().mapToInt(line -> 128 + 2 * line.content().length()).sum();
  }
}
