package dev.mordomo.gateway.access;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that the house logs meanwhile, from DEBUG on, as it stands on the console. */
final class LogTape implements AutoCloseable {
  private final Logger house = LoggerFactory.getLogger("dev.mordomo");
  private final PrintStream before = System.out;
  private final ByteArrayOutputStream tape = new ByteArrayOutputStream();

  LogTape() {
    level("DEBUG");
    System.setOut(new PrintStream(tape, true, StandardCharsets.UTF_8));
  }

  /** By name: which library logs is no dependency of the tests. */
  private void level(String name) {
    try {
      Class<?> levels = Class.forName("ch.qos.logback.classic.Level");
      house.getClass().getMethod("setLevel", levels).invoke(house, levels.getField(name).get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What was logged until now, with stack traces. */
  List<String> lines() {
    return tape.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Forgets what was logged until now. */
  void clear() {
    tape.reset();
  }

  @Override
  public void close() {
    System.setOut(before);
    level("WARN");
  }
}
