import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a word list from pairs of texts by IBM Model 1 (Brown et al., "The Mathematics of
 * Statistical Machine Translation", 1993) in both directions, and keeps the words that the two
 * directions agree on. Run by {@code rebuild}.
 *
 * <p>Arguments: pairs file, core word list, output file, the package list for the head line.
 */
final class LearnTail {
  private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}]*(?:-\\p{L}+)*");
  private static final int ROUNDS = 6;
  private static final int LONGEST = 32;
  private static final double LEAST_FORWARD = 0.28;
  private static final double LEAST_BACKWARD = 0.03;
  private static final int LEAST_TOGETHER = 2;
  private static final Set<String> SMALL =
      Set.of(
          "the", "a", "an", "of", "to", "in", "on", "is", "are", "be", "and", "or", "for", "with",
          "by", "as", "at", "it", "that", "this", "you", "your", "from", "not", "if", "will", "can",
          "has", "have", "was", "its", "their", "they", "which", "when", "then", "into", "all", "no",
          "may", "any", "about", "also", "there", "these", "so", "do", "does", "s", "t", "re");

  private final List<int[]> english = new ArrayList<>();
  private final List<int[]> foreign = new ArrayList<>();
  private final Map<String, Integer> englishIds = new HashMap<>();
  private final Map<String, Integer> foreignIds = new HashMap<>();

  public static void main(String[] arguments) throws IOException {
    LearnTail learn = new LearnTail();
    learn.read(Path.of(arguments[0]));
    learn.write(core(Path.of(arguments[1])), Path.of(arguments[2]));
  }

  private static Set<String> core(Path file) throws IOException {
    Set<String> lemmas = new HashSet<>();
    for (String line : Files.readAllLines(file)) {
      lemmas.add(line.split("\t")[0]);
    }
    return lemmas;
  }

  private void read(Path pairs) throws IOException {
    for (String line : Files.readAllLines(pairs)) {
      String[] sides = line.split("\t");
      if (sides.length == 2) {
        int[] left = ids(sides[0], englishIds);
        int[] right = ids(sides[1], foreignIds);
        if (left.length > 0 && right.length > 0 && left.length < LONGEST && right.length < LONGEST) {
          english.add(left);
          foreign.add(right);
        }
      }
    }
  }

  private static int[] ids(String text, Map<String, Integer> known) {
    Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
    List<Integer> ids = new ArrayList<>();
    while (word.find()) {
      ids.add(known.computeIfAbsent(word.group(), w -> known.size() + 1));
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private void write(Set<String> core, Path out) throws IOException {
    Links forward = model(foreign, english);
    Links backward = model(english, foreign);
    String[] englishWords = words(englishIds);
    String[] foreignWords = words(foreignIds);
    Map<String, String> tail = new TreeMap<>();
    Map<Integer, double[]> best = new HashMap<>();
    Links together = together();
    forward.forEach(
        (f, e, probability) -> {
          double back = backward.get(e, f);
          double score = probability * Math.sqrt(back);
          double[] found = best.get(f);
          if (e > 0
              && probability >= LEAST_FORWARD
              && back >= LEAST_BACKWARD
              && together.get(f, e) >= LEAST_TOGETHER
              && (found == null || score > found[1])) {
            best.put(f, new double[] {e, score});
          }
        });
    best.forEach(
        (f, found) -> {
          String word = foreignWords[f];
          String meaning = englishWords[(int) found[0]];
          if (word.length() > 2
              && !word.equals(meaning)
              && !core.contains(word)
              && !SMALL.contains(meaning)
              && !englishIds.containsKey(word)
              && meaning.length() > 2) {
            tail.put(word, meaning);
          }
        });
    List<String> lines = new ArrayList<>();
    lines.add("# Learned from parallel texts by src/lexicon/rebuild: do not edit. Sources: see NOTICE.");
    lines.add("# word, English");
    tail.forEach((word, meaning) -> lines.add(word + "\t" + meaning));
    Files.write(out, lines);
    IO.println(out + ": " + tail.size() + " words");
  }

  private static String[] words(Map<String, Integer> ids) {
    String[] words = new String[ids.size() + 1];
    ids.forEach((word, id) -> words[id] = word);
    return words;
  }

  /** How many pairs a word and a word of the other language share. */
  private Links together() {
    Links counts = new Links();
    for (int i = 0; i < english.size(); i++) {
      for (int f : Arrays.stream(foreign.get(i)).distinct().toArray()) {
        for (int e : Arrays.stream(english.get(i)).distinct().toArray()) {
          counts.add(f, e, 1);
        }
      }
    }
    return counts;
  }

  /** t(target | source): each target word is explained by one source word of its pair, or none. */
  private static Links model(List<int[]> source, List<int[]> target) {
    Links probabilities = new Links();
    for (int round = 0; round < ROUNDS; round++) {
      Links counts = new Links();
      Map<Integer, double[]> totals = new HashMap<>();
      for (int i = 0; i < source.size(); i++) {
        int[] from = Arrays.copyOf(source.get(i), source.get(i).length + 1);
        for (int to : target.get(i)) {
          double sum = 0;
          double[] shares = new double[from.length];
          for (int k = 0; k < from.length; k++) {
            shares[k] = round == 0 ? 1 : probabilities.get(from[k], to);
            sum += shares[k];
          }
          for (int k = 0; k < from.length && sum > 0; k++) {
            counts.add(from[k], to, shares[k] / sum);
            totals.computeIfAbsent(from[k], key -> new double[1])[0] += shares[k] / sum;
          }
        }
      }
      counts.scale(totals);
      probabilities = counts;
    }
    return probabilities;
  }

  private interface Taker {
    void take(int from, int to, double value);
  }

  /** A sparse matrix: open addressing over pairs of ids. */
  private static final class Links {
    private long[] keys = new long[1 << 20];
    private float[] values = new float[1 << 20];
    private int size;

    private int slot(long key) {
      int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & (keys.length - 1);
      while (keys[slot] != 0 && keys[slot] != key) {
        slot = (slot + 1) & (keys.length - 1);
      }
      return slot;
    }

    private static long key(int from, int to) {
      return ((long) (from + 1) << 32) | (to + 1);
    }

    double get(int from, int to) {
      return values[slot(key(from, to))];
    }

    void add(int from, int to, double value) {
      int slot = slot(key(from, to));
      if (keys[slot] == 0) {
        if (size++ > keys.length / 2) {
          grow();
          slot = slot(key(from, to));
        }
        keys[slot] = key(from, to);
      }
      values[slot] += (float) value;
    }

    private void grow() {
      long[] oldKeys = keys;
      float[] oldValues = values;
      keys = new long[oldKeys.length * 2];
      values = new float[oldKeys.length * 2];
      for (int i = 0; i < oldKeys.length; i++) {
        if (oldKeys[i] != 0) {
          int slot = slot(oldKeys[i]);
          keys[slot] = oldKeys[i];
          values[slot] = oldValues[i];
        }
      }
    }

    void scale(Map<Integer, double[]> totals) {
      for (int i = 0; i < keys.length; i++) {
        if (keys[i] != 0) {
          values[i] /= (float) totals.get((int) (keys[i] >>> 32) - 1)[0];
        }
      }
    }

    void forEach(Taker taker) {
      for (int i = 0; i < keys.length; i++) {
        if (keys[i] != 0) {
          taker.take((int) (keys[i] >>> 32) - 1, (int) keys[i] - 1, values[i]);
        }
      }
    }
  }
}
