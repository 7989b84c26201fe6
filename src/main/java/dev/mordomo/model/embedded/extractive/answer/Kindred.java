package dev.mordomo.model.embedded.extractive.answer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** English stems that stand for each other, from {@code extractive/kindred.txt}. */
final class Kindred {
  private static final String RESOURCE = "/extractive/kindred.txt";
  private static final Map<String, Set<String>> GROUPS = load();

  private Kindred() {}

  /** The other stems of its groups; none for most. */
  static Set<String> of(String stem) {
    return GROUPS.getOrDefault(stem, Set.of());
  }

  private static Map<String, Set<String>> load() {
    Map<String, Set<String>> groups = new HashMap<>();
    try (InputStream in = Kindred.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the build lacks " + RESOURCE);
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line : lines.lines().filter(l -> !l.startsWith("#")).toList()) {
        List<String> stems = List.of(line.split(" ")).stream().map(Terms::stem).toList();
        for (String stem : stems) {
          Set<String> others = groups.computeIfAbsent(stem, key -> new HashSet<>());
          others.addAll(stems);
          others.remove(stem);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return groups;
  }
}
