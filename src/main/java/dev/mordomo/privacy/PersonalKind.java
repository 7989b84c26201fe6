package dev.mordomo.privacy;

import java.util.Locale;

/** What identifies a person or a company in a text. */
public enum PersonalKind {
  CPF,
  CNPJ,
  EMAIL,
  PHONE,
  CARD;

  /** As it stands in placeholders and metadata: {@code cpf}. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  static PersonalKind of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
