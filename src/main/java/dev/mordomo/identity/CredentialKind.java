package dev.mordomo.identity;

import java.util.Locale;

/** What a caller proved who they are with. */
public enum CredentialKind {
  JWT,
  API_KEY;

  /** The name on the wire. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
