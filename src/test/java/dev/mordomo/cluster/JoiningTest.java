package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.ApiClient;
import dev.mordomo.Console;
import dev.mordomo.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How nodes come together, and what a node needs for it. */
class JoiningTest {
  @Test
  void nodesFindEachOtherByTheNameOfAService(@TempDir Path folder) throws Exception {
    // As the DNS of Kubernetes answers for a headless service: an address a node.
    Path hosts = folder.resolve("hosts");
    Files.writeString(
        hosts, "127.0.0.11 mordomo.test.svc\n127.0.0.12 mordomo.test.svc\n127.0.0.1 localhost\n");
    try (Nodes nodes = new Nodes();
        NodeProcess one = nodes.start(kubernetes("127.0.0.11", hosts));
        NodeProcess two = nodes.start(kubernetes("127.0.0.12", hosts))) {
      Nodes.awaitSize(one, 2);
      Nodes.awaitSize(two, 2);
    }
  }

  @Test
  void nodesFindEachOtherByAListOfAddresses() throws Exception {
    // Not where nodes without settings look: at 127.0.0.1.
    try (Nodes nodes = new Nodes();
        NodeProcess one = nodes.start(listed("127.0.0.13", "127.0.0.14"));
        NodeProcess two = nodes.start(listed("127.0.0.14", "127.0.0.13"))) {
      Nodes.awaitSize(one, 2);
      Nodes.awaitSize(two, 2);
    }
  }

  private static Map<String, String> listed(String own, String other) {
    return Map.of("MORDOMO_CLUSTER_HOST", own, "MORDOMO_CLUSTER_MEMBERS", other);
  }

  @Test
  void aNodeAloneNeedsNoClassOfHazelcast() {
    // Its class path has none: see NodeProcess.
    try (Nodes nodes = new Nodes();
        NodeProcess alone = NodeProcess.start(nodes.database, Map.of())) {
      assertFalse(alone.read().contains("Hazelcast"), alone::read);
      assertEquals("up", ApiClient.signIn(alone.url()).get("/health/ready").get("status").asText());
    }
  }

  private static Map<String, String> kubernetes(String address, Path hosts) {
    return Map.of(
        "JAVA_TOOL_OPTIONS",
        "-Djdk.net.hosts.file=" + hosts,
        "MORDOMO_CLUSTER_HOST",
        address,
        "MORDOMO_CLUSTER_KUBERNETES_SERVICE",
        "mordomo.test.svc");
  }

  @Test
  void aClusterNeedsTheSecretThatAllItsNodesShare() {
    Console console =
        Console.run(Map.of("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/c"), "run", "--cluster");
    assertEquals(1, console.code());
    assertTrue(console.errors().contains("--cluster needs MORDOMO_SECRET"), console::errors);
  }

  @Test
  void anotherArgumentIsRefused() {
    Console console =
        Console.run(Map.of("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/c"), "run", "--clustered");
    assertEquals(1, console.code());
    assertTrue(console.errors().contains("run: takes --cluster or nothing"), console::errors);
    assertFalse(console.errors().contains("MORDOMO_SECRET"));
  }
}
