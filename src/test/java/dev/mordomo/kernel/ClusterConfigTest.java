package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {
  private static ClusterConfig read(Map<String, String> values) {
    Settings settings = Settings.of(values, Map.of());
    ClusterConfig config = ClusterConfig.from(settings);
    settings.verify();
    return config;
  }

  @Test
  void withoutSettingsNodesOfOneMachineFindEachOtherOnTheLoopback() {
    ClusterConfig config = read(Map.of());
    assertEquals("127.0.0.1", config.host());
    assertEquals(List.of(), config.members());
    assertEquals(Optional.empty(), config.kubernetesService());
    assertEquals(0, config.busPort());
  }

  @Test
  void membersAreHostsWithOrWithoutAPort() {
    assertEquals(
        List.of("10.0.0.5", "node-2.example.org:5703"),
        read(Map.of("cluster.members", "10.0.0.5, node-2.example.org:5703")).members());
  }

  @Test
  void eachWrongValueIsNamed() {
    Map<String, String> wrong =
        Map.of(
            "cluster.name", "Two Words",
            "cluster.host", "http://10.0.0.1",
            "cluster.public_host", "a/b",
            "cluster.port", "70000",
            "cluster.port_count", "0",
            "cluster.bus_port", "-1",
            "cluster.members", "10.0.0.5:0, a b",
            "cluster.kubernetes_service", "x y");
    Failure failure = assertThrows(Failure.class, () -> read(wrong));
    for (String key : wrong.keySet()) {
      assertTrue(failure.detail().contains(key + " is \""), () -> key + ": " + failure.detail());
    }
    assertTrue(failure.detail().contains("10.0.0.5:0"), failure::detail);
    assertTrue(failure.detail().contains("a b"), failure::detail);
  }

  @Test
  void membersAndAServiceExcludeEachOther() {
    Failure failure =
        assertThrows(
            Failure.class,
            () ->
                read(
                    Map.of(
                        "cluster.members", "10.0.0.5",
                        "cluster.kubernetes_service", "mordomo.default.svc.cluster.local")));
    assertTrue(failure.detail().contains("cluster.members is set"), failure::detail);
  }
}
