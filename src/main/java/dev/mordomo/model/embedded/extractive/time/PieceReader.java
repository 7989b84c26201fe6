package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds all parts of time expressions in a text, from left to right, the longest reading first. */
final class PieceReader extends Reading {
  private final RepeatReader repeats;
  private final SpanReader spans;
  private final DayReader days;
  private final ClockReader clocks;

  PieceReader(Words words, Vocabulary vocabulary, boolean monthFirst) {
    super(words, vocabulary);
    repeats = new RepeatReader(words, vocabulary);
    spans = new SpanReader(words, vocabulary);
    days = new DayReader(words, vocabulary, monthFirst);
    clocks = new ClockReader(words, vocabulary);
  }

  List<Piece> all() {
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    while (at < words.size()) {
      Optional<Piece> piece = read(at);
      piece.ifPresent(pieces::add);
      at = piece.map(Piece::to).orElse(at + 1);
    }
    return pieces;
  }

  private Optional<Piece> read(int at) {
    return repeats
        .read(at)
        .or(() -> spans.read(at))
        .or(() -> days.read(at))
        .or(() -> clocks.read(at))
        .or(() -> part(at));
  }

  private Optional<Piece> part(int at) {
    return match("part", at)
        .map(part ->
            new Piece.InPart(
                at,
                part.end(),
                PartOfDay.valueOf(part.value()),
                match("today-part", at).isPresent()));
  }
}
