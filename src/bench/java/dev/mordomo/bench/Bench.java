package dev.mordomo.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code ./mordomo bench [--short] [NAME]…}: a short run shows that it works, not how fast. */
public final class Bench {
  private static final Path FOLDER = Path.of("target/bench");

  private interface Work {
    void run(Report report, boolean brief) throws Exception;
  }

  private Bench() {}

  private static Map<String, Work> all() {
    Map<String, Work> all = new LinkedHashMap<>();
    all.put("start", (report, brief) -> new StartBench(report, FOLDER, brief).run());
    all.put("turn", (report, brief) -> new TurnBench(report, brief).run());
    all.put("search", (report, brief) -> new SearchBench(report, FOLDER, brief).run());
    all.put("ingest", (report, brief) -> new IngestBench(report, FOLDER, brief).run());
    all.put("quality", (report, brief) -> new QualityBench(report, FOLDER).run());
    all.put("embed", (report, brief) -> new EmbedBench(report, FOLDER).run());
    all.put("streams", (report, brief) -> new StreamsBench(report, brief).run());
    all.put("resume", (report, brief) -> new ResumeBench(report, brief).run());
    all.put("sockets", (report, brief) -> new SocketsBench(report, brief).run());
    all.put("isolation", (report, brief) -> new IsolationBench(report, brief).run());
    all.put("growth", (report, brief) -> new GrowthBench(report, FOLDER, brief).run());
    return all;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].equals("chaos")) {
      Files.createDirectories(FOLDER);
      List<String> rest = List.of(arguments).subList(1, arguments.length);
      new ChaosBench(new Report("chaos", System.out), rest).run(FOLDER);
      return;
    }
    if (arguments.length > 0 && arguments[0].equals("fuzz")) {
      Files.createDirectories(FOLDER);
      List<String> rest = List.of(arguments).subList(1, arguments.length);
      new FuzzBench(new Report("fuzz", System.out), rest).run(FOLDER);
      return;
    }
    List<String> asked = new ArrayList<>(List.of(arguments));
    boolean brief = asked.remove("--short");
    Map<String, Work> all = all();
    for (String name : asked) {
      if (!all.containsKey(name)) {
        System.err.println(
            "no benchmark "
                + name
                + "; there are "
                + String.join(", ", all.keySet())
                + ", chaos [SECONDS] [SEED], fuzz [SECONDS] [SEED]");
        System.exit(2);
      }
    }
    Files.createDirectories(FOLDER);
    for (String name : asked.isEmpty() ? all.keySet() : asked) {
      Report report = new Report(brief ? name + "-short" : name, System.out);
      Machine before = Machine.now();
      Objects.requireNonNull(all.get(name)).run(report, brief);
      report.figure("core seconds of other programs", before.othersUntilNow(), "s");
      report.write(FOLDER);
    }
  }
}
