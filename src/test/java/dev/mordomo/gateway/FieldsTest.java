package dev.mordomo.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import dev.mordomo.kernel.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldsTest {
  @Test
  void everyWrongMemberIsNamedAtOnceWithWhatWasExpected() {
    Fields fields = Fields.of(Json.read("{\"content\":\" \",\"title\":\"\",\"n\":11}"));
    fields.text("content", 1, Integer.MAX_VALUE);
    fields.text("title", 1, 120);
    fields.integer("n", 1, 10);
    fields.text("name", 1, 120);
    assertEquals(
        List.of(
            new FieldError("content", "expected a string that is not empty"),
            new FieldError("title", "expected a string of 1 to 120 characters"),
            new FieldError("n", "expected a whole number from 1 to 10"),
            new FieldError("name", "required")),
        assertThrows(Failure.class, fields::verify).errors());
  }
}
