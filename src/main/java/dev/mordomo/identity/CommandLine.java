package dev.mordomo.identity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command line, taken apart.
 *
 * @param words what is no option
 * @param options {@code --name value} or {@code --name=value}
 */
record CommandLine(List<String> words, Map<String, String> options) {
  private static final Set<String> HELP = Set.of("help", "--help", "-h");

  /**
   * @throws IllegalArgumentException when an option has no value
   */
  static CommandLine of(List<String> arguments) {
    List<String> words = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      if (HELP.contains(argument)) {
        options.put("help", "");
      } else if (!argument.startsWith("--")) {
        words.add(argument);
      } else if (equals > 0) {
        options.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        options.put(argument.substring(2), arguments.get(++i));
      } else {
        throw new IllegalArgumentException(argument + " needs a value");
      }
    }
    return new CommandLine(List.copyOf(words), Map.copyOf(options));
  }

  boolean has(String option) {
    return options.containsKey(option);
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /**
   * @param count of words after the two of the command
   * @throws IllegalArgumentException when there are more or fewer, or other options
   */
  void expect(int count, String... names) {
    if (words.size() != count + 2) {
      throw new IllegalArgumentException("expected " + count + " words after " + words.get(1));
    }
    options.keySet().stream()
        .filter(option -> !List.of(names).contains(option))
        .findFirst()
        .ifPresent(option -> {
          throw new IllegalArgumentException("there is no option --" + option);
        });
  }
}
