package dev.mordomo.browser;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.NodeScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The tests of the demo that need no browser, a test each: Node.js runs them. */
class WebDemoUnitTest {
  private static final Path DEMO = Path.of("web-demo");
  private static final Pattern RESULT = Pattern.compile("(not ok|ok) \\d+ - (.*)");

  @TestFactory
  List<DynamicTest> everyTestOfTheDemoPasses() throws IOException {
    try (NodeScript node = NodeScript.tests(DEMO, files())) {
      int code = node.exit();
      List<DynamicTest> tests =
          node.said().stream()
              .map(RESULT::matcher)
              .filter(Matcher::matches)
              .map(result -> test(node, result.group(2), result.group(1).equals("ok")))
              .toList();
      assertFalse(tests.isEmpty(), () -> "nothing was tried: " + node.said());
      return Stream.concat(tests.stream(), Stream.of(test(node, "all of them", code == 0)))
          .toList();
    }
  }

  private static DynamicTest test(NodeScript node, String name, boolean passed) {
    return DynamicTest.dynamicTest(
        name, () -> assertTrue(passed, () -> String.join("\n", node.said())));
  }

  private static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(DEMO.resolve("test"))) {
      return files
          .map(file -> DEMO.relativize(file).toString())
          .filter(name -> name.endsWith(".test.js"))
          .sorted()
          .toList();
    }
  }
}
