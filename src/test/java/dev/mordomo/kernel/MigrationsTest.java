package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several databases of one PostgreSQL, whose roles are the same. */
class MigrationsTest {
  private static final int DATABASES = 6;
  private static final int TIMES = 15;
  private static final String PREFIX = "mordomo_together_" + ProcessHandle.current().pid();

  private final List<TestDatabase> databases = new ArrayList<>();

  @BeforeEach
  void open() {
    for (int i = 0; i < DATABASES; i++) {
      databases.add(TestDatabase.create());
    }
  }

  @AfterEach
  void close() throws SQLException {
    try (Connection owner = databases.getFirst().owner();
        Statement statement = owner.createStatement()) {
      statement.execute("DROP ROLE IF EXISTS " + PREFIX + "_app, " + PREFIX + "_system");
    }
    databases.forEach(TestDatabase::close);
  }

  private static DatabaseConfig config(TestDatabase database) {
    DatabaseConfig usual = database.config();
    return new DatabaseConfig(
        usual.url(),
        PREFIX,
        usual.poolSize(),
        usual.systemPoolSize(),
        usual.statementTimeout(),
        usual.connectTimeout(),
        usual.startPatience());
  }

  @Test
  void databasesOfOneServerMakeTheirLoginsAtTheSameTime() throws Exception {
    CyclicBarrier together = new CyclicBarrier(DATABASES);
    try (var threads = Executors.newFixedThreadPool(DATABASES)) {
      List<Future<Void>> all = new ArrayList<>();
      for (TestDatabase database : databases) {
        Migrations migrations = new Migrations(config(database), TestDatabase.SECRET);
        all.add(
            threads.submit(() -> {
              for (int i = 0; i < TIMES; i++) {
                together.await(30, TimeUnit.SECONDS);
                migrations.makeRoles(30);
              }
              return null;
            }));
      }
      for (Future<Void> each : all) {
        each.get();
      }
    }
    TestDatabase any = databases.getFirst();
    for (String role : List.of(PREFIX + "_app", PREFIX + "_system")) {
      try (Connection login =
              DriverManager.getConnection(
                  "jdbc:" + any.url().replaceFirst("//[^@]*@", "//"),
                  role,
                  Migrations.password(TestDatabase.SECRET, role));
          Statement statement = login.createStatement();
          ResultSet row = statement.executeQuery("SELECT current_user")) {
        row.next();
        assertEquals(role, row.getString(1));
      }
    }
  }
}
