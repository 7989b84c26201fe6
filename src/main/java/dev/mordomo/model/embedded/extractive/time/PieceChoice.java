package dev.mordomo.model.embedded.extractive.time;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses the pieces that make one time: those that stand together and say most, and of the others
 * what is still missing. "da reunião de sexta, amanhã às 9" is tomorrow at nine.
 */
final class PieceChoice extends Reading {
  private static final int WIDEST_GAP = 2;

  PieceChoice(Words words, Vocabulary vocabulary) {
    super(words, vocabulary);
  }

  /** At most one piece of a kind, in the order of the text; empty when there are none. */
  List<Piece> best(List<Piece> pieces) {
    List<List<Piece>> clusters = clusters(pieces);
    if (clusters.isEmpty()) {
      return List.of();
    }
    List<Piece> best = clusters.getFirst();
    for (List<Piece> cluster : clusters) {
      best = weight(cluster) > weight(best) ? cluster : best;
    }
    List<Piece> chosen = new ArrayList<>(best);
    for (List<Piece> cluster : clusters) {
      cluster.stream().filter(piece -> adds(piece, chosen)).toList().forEach(chosen::add);
    }
    chosen.sort(Comparator.comparingInt(Piece::from));
    return chosen;
  }

  private List<List<Piece>> clusters(List<Piece> pieces) {
    List<List<Piece>> clusters = new ArrayList<>();
    List<Piece> cluster = new ArrayList<>();
    Set<Class<?>> kinds = new HashSet<>();
    for (Piece piece : pieces) {
      boolean apart = !cluster.isEmpty() && !linked(cluster.getLast().to(), piece.from());
      if (apart || kinds.contains(piece.getClass())) {
        clusters.add(List.copyOf(cluster));
        cluster.clear();
        kinds.clear();
      }
      cluster.add(piece);
      kinds.add(piece.getClass());
    }
    if (!cluster.isEmpty()) {
      clusters.add(cluster);
    }
    return clusters;
  }

  private boolean linked(int from, int to) {
    if (to - from > WIDEST_GAP) {
      return false;
    }
    for (int at = from; at < to; at++) {
      if (!isSign(at, ",")
          && !is("link", at)
          && !is("and", at)
          && !is("before-time", at)
          && !is("before-time", at - 1)) {
        return false;
      }
    }
    return true;
  }

  private static int weight(List<Piece> cluster) {
    return cluster.stream()
        .mapToInt(piece ->
            switch (piece) {
              case Piece.After after -> 6;
              case Piece.Before before -> 2;
              case Piece.Repeated repeated -> 5;
              case Piece.AtTime time -> 4;
              case Piece.OnDay day -> 3;
              case Piece.InPart part -> 1;
            })
        .sum();
  }

  private static boolean adds(Piece piece, List<Piece> chosen) {
    boolean sameKind = chosen.stream().anyMatch(other -> other.getClass() == piece.getClass());
    boolean soon =
        chosen.stream()
            .anyMatch(other -> other instanceof Piece.After after && after.period().isZero());
    boolean dayLike = piece instanceof Piece.After || piece instanceof Piece.OnDay;
    boolean hasDay =
        chosen.stream()
            .anyMatch(other ->
                other instanceof Piece.After
                    || other instanceof Piece.OnDay
                    || other instanceof Piece.Repeated);
    return !sameKind && !soon && !(dayLike && hasDay);
  }
}
