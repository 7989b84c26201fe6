package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API9:2023: what is served is what is described, and in one version. {@code ContractTest}
 * compares the whole route table with the description.
 */
class API9ImproperInventoryManagementTest {
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void everyDescribedOperationIsServedAndNoOtherMethodOfItsPath() {
    Caller nobody = Caller.nobody(house.app.url());
    Map<String, List<String>> methods =
        Operation.all().stream()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    Operation::path,
                    java.util.stream.Collectors.mapping(
                        Operation::method, java.util.stream.Collectors.toList())));
    methods.forEach((path, served) -> {
      String at = path.replace("{id}", Ids.next().toString());
      for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
        int status = Attack.raw(nobody, method, at, "").status();
        if (served.contains(method)) {
          assertNotEquals(405, status, method + " " + path);
        } else {
          assertEquals(405, status, method + " " + path);
        }
      }
    });
  }

  @Test
  void thereIsNoOtherVersionAndNoDoorForDebugging() {
    for (String path :
        List.of(
            "/v0/me",
            "/v2/me",
            "/api/v1/me",
            "/v1/internal",
            "/v1/debug",
            "/actuator",
            "/admin",
            "/swagger-ui.html",
            "/graphql",
            "/.git/config",
            "/.env",
            "/server-status",
            "/eventbus",
            "/v1/me.json",
            "/conf/mordomo.yaml",
            "/migrations/V001__ground.sql")) {
      assertEquals(404, Attack.raw(house.superuser, "GET", path, "").status(), path);
    }
  }

  @Test
  void theDescriptionIsServedAndSaysWhichVersionItIs() {
    String text = Attack.raw(Caller.nobody(house.app.url()), "GET", "/openapi.json", "").body();
    assertTrue(text.contains("\"openapi\":\"3.1.0\"") && text.contains("\"version\":\"1\""));
    for (Operation operation : Operation.all()) {
      boolean house =
          List.of("/health", "/metrics", "/openapi", "/asyncapi", "/docs", "/.well-known").stream()
              .anyMatch(operation.path()::startsWith);
      assertTrue(house || operation.path().startsWith("/v1/"), operation.name());
    }
  }
}
