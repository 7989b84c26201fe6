package dev.mordomo.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code ./mordomo bench [NAME]}. */
public final class Bench {
  private static final Path FOLDER = Path.of("target/bench");
  private static final List<String> NAMES = List.of("start", "turn", "search", "embed");

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    List<String> names = arguments.length == 0 ? NAMES : List.of(arguments);
    Files.createDirectories(FOLDER);
    if (arguments.length > 0 && arguments[0].equals("chaos")) {
      List<String> rest = List.of(arguments).subList(1, arguments.length);
      new ChaosBench(new Report("chaos", System.out), rest).run(FOLDER);
      return;
    }
    for (String name : names) {
      switch (name) {
        case "start" -> {
          Report report = new Report(name, System.out);
          new StartBench(report, FOLDER).run();
          report.write(FOLDER);
        }
        case "turn" -> {
          Report report = new Report(name, System.out);
          new TurnBench(report, FOLDER).run();
          report.write(FOLDER);
        }
        case "search" -> {
          Report report = new Report(name, System.out);
          new SearchBench(report, FOLDER).run();
          report.write(FOLDER);
        }
        case "embed" -> {
          Report report = new Report(name, System.out);
          new EmbedBench(report, FOLDER).run();
          report.write(FOLDER);
        }
        default -> {
          System.err.println(
              "no benchmark "
                  + name
                  + "; there are "
                  + String.join(", ", NAMES)
                  + ", chaos [SECONDS] [SEED]");
          System.exit(2);
        }
      }
    }
  }
}
