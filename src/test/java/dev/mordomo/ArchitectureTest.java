package dev.mordomo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.sqlclient.SqlClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of the design, held: who may use whom, and where SQL and web types may stand. */
class ArchitectureTest {
  private static final String ROOT = "dev.mordomo.";

  /** What each package may use besides kernel. */
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("kernel", List.of()),
          Map.entry("identity", List.of()),
          Map.entry("model", List.of()),
          Map.entry("job", List.of()),
          Map.entry("ops", List.of()),
          Map.entry("action", List.of("identity", "model")),
          Map.entry("billing", List.of("identity", "model")),
          Map.entry("knowledge", List.of("identity", "model", "job", "action")),
          Map.entry("privacy", List.of("identity", "job", "knowledge")),
          Map.entry("reminder", List.of("identity", "job", "action", "model")),
          Map.entry(
              "chat",
              List.of("identity", "model", "knowledge", "action", "billing", "job", "privacy")));

  private static final Set<String> STATEMENT = Set.of("query", "preparedQuery", "prepare");

  private static final Set<String> CALLS_OUT =
      Set.of(
          "newHttpClient",
          "newBuilder",
          "createHttpClient",
          "httpClientBuilder",
          "createWebSocketClient",
          "createNetClient",
          "openConnection",
          "openStream");

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.mordomo");
  }

  @TestFactory
  Stream<DynamicTest> eachPackageUsesOnlyWhatTheTableAllows() {
    return MAY_USE.entrySet().stream()
        .map(entry -> {
          String name = entry.getKey();
          List<String> allowed = new ArrayList<>(List.of(ROOT + name + "..", ROOT + "kernel.."));
          entry.getValue().forEach(other -> allowed.add(ROOT + other + ".."));
          ArchRule rule =
              noClasses()
                  .that()
                  .resideInAPackage(ROOT + name + "..")
                  .should()
                  .dependOnClassesThat(oursExcept(allowed))
                  .allowEmptyShould(true);
          return DynamicTest.dynamicTest(name, () -> rule.check(house));
        });
  }

  private static DescribedPredicate<JavaClass> oursExcept(List<String> packages) {
    DescribedPredicate<JavaClass> ours = JavaClass.Predicates.resideInAPackage("dev.mordomo..");
    DescribedPredicate<JavaClass> allowed =
        JavaClass.Predicates.resideInAnyPackage(packages.toArray(String[]::new));
    return DescribedPredicate.describe(
        "classes of the house outside " + packages, c -> ours.test(c) && !allowed.test(c));
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.mordomo.(*)..").should().beFreeOfCycles().check(house);
  }

  @Test
  void sqlStandsOnlyInStoresAndKernel() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.mordomo.kernel..")
        .and()
        .haveSimpleNameNotContaining("Store")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "a statement of the SQL client",
                (JavaMethodCall call) ->
                    call.getTargetOwner().isAssignableTo(SqlClient.class)
                        && STATEMENT.contains(call.getName())))
        .check(house);
  }

  /** Who else would call a URL that a user chose has to go through Outbound, which looks at it. */
  @Test
  void onlyOutboundCallsWhatOthersChose() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.mordomo.kernel.Outbound")
        .and()
        // These call where the operator's settings or command line point, and follow no redirect.
        .doNotHaveFullyQualifiedName("dev.mordomo.model.langchain.ModelHttp")
        .and()
        .doNotHaveFullyQualifiedName("dev.mordomo.model.rerank.HttpReranker")
        .and()
        .doNotHaveFullyQualifiedName("dev.mordomo.knowledge.ChromaServer")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "the making of an HTTP client, or a connection to a URL",
                (JavaMethodCall call) ->
                    CALLS_OUT.contains(call.getName())
                        && (call.getTargetOwner().isAssignableTo(java.net.http.HttpClient.class)
                            || call.getTargetOwner().isAssignableTo(io.vertx.core.Vertx.class)
                            || call.getTargetOwner().isAssignableTo(java.net.URL.class))))
        .check(house);
  }

  @Test
  void webTypesStandOnlyInTheGateway() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mordomo.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx.ext.web..", "io.vertx.ext.web")
        .check(house);
  }

  @Test
  void nobodyDependsOnTheGateway() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mordomo.gateway..", "dev.mordomo")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mordomo.gateway..")
        .check(house);
  }

  @Test
  void storesArePrivateToTheirFeature() {
    classes()
        .that()
        .haveSimpleNameEndingWith("Store")
        .and()
        .resideOutsideOfPackage("dev.mordomo.gateway..")
        .and()
        .areNotInterfaces()
        .and()
        .haveSimpleNameNotEndingWith("FileStore")
        .should()
        .notBePublic()
        .check(house);
  }

  @Test
  void nothingIsPrinted() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.mordomo.Main")
        .and()
        .doNotHaveFullyQualifiedName("dev.mordomo.Console")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(house);
  }
}
