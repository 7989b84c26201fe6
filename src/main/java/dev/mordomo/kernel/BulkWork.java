package dev.mordomo.kernel;

import java.sql.Connection;
import java.sql.SQLException;

/** Work within a transaction on plain JDBC. */
@FunctionalInterface
public interface BulkWork<T> {
  T run(Connection connection) throws SQLException;
}
