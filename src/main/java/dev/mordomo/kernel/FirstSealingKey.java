package dev.mordomo.kernel;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.security.GeneralSecurityException;

/** The key of an installation from before there was a keyring: what it sealed names no key. */
final class FirstSealingKey {
  private static final int IV = 12;
  private static final int KEY = 32;
  private static final int TAG = 16;

  private FirstSealingKey() {}

  @AccessesPartialKey
  static KeysetHandle.Builder.Entry of(Secret secret) {
    try {
      AesGcmParameters parameters =
          AesGcmParameters.builder()
              .setIvSizeBytes(IV)
              .setKeySizeBytes(KEY)
              .setTagSizeBytes(TAG)
              .setVariant(AesGcmParameters.Variant.NO_PREFIX)
              .build();
      AesGcmKey key =
          AesGcmKey.builder()
              .setParameters(parameters)
              .setKeyBytes(
                  SecretBytes.copyFrom(secret.firstSealingKey(), InsecureSecretKeyAccess.get()))
              .build();
      return KeysetHandle.importKey(key).withRandomId();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot keep the first key", e);
    }
  }
}
