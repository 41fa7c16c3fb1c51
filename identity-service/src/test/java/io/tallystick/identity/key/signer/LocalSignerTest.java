package io.tallystick.identity.key.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalSignerTest {
    private static final byte[] MESSAGE = "header.payload".getBytes(StandardCharsets.US_ASCII);

    private final LocalSigner signer = new LocalSigner(new MasterKey(new byte[32]), new SecureRandom());
    private final HeldKey key = signer.make(KeyPurpose.ASSERTION, HeldKey::thumbprint);

    @Test
    void signsWithWhatItMade() {
        key.publicKey().verify(MESSAGE, signer.signNow(key, MESSAGE));
        signer.keepOnly(List.of(key));
        key.publicKey().verify(MESSAGE, signer.signNow(key, MESSAGE));
    }

    @Test
    void aKeyUsedForAnotherPurpose() {
        signer.keepOnly(List.of(key));
        for (var other : List.of(KeyPurpose.ACCESS_TOKEN, KeyPurpose.RECEIPT, KeyPurpose.DID_UPDATE)) {
            var pretended = new HeldKey(other, key.id(), key.publicKey(), Holder.LOCAL, key.handle());

            assertThatThrownBy(() -> signer.signNow(pretended, MESSAGE)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> signer.keepOnly(List.of(pretended))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aPublicHalfThatWasExchanged() {
        var other = signer.make(KeyPurpose.ASSERTION, HeldKey::thumbprint);
        var exchanged = new HeldKey(key.purpose(), key.id(), other.publicKey(), Holder.LOCAL, key.handle());

        assertThatThrownBy(() -> signer.signNow(exchanged, MESSAGE)).hasMessageContaining("another public half");
    }

    @Test
    void aMasterKeyThatIsAnother() {
        var stranger = new LocalSigner(
                new MasterKey(new byte[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                    28, 29, 30, 31, 32
                }),
                new SecureRandom());

        assertThatThrownBy(() -> stranger.keepOnly(List.of(key))).hasMessageContaining("does not open");
    }

    @Test
    void doesNotShowWhatItHolds() {
        assertThat(key.toString()).doesNotContain("handle").contains(key.id());
    }

    @Test
    void theMasterKeyIsInExactlyOnePlace() {
        var good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

        assertThat(config(Map.of("master-key", good)).openMasterKey()).isNotNull();
        assertThatThrownBy(() -> config(Map.of()).openMasterKey()).hasMessageContaining("exactly one of");
        assertThatThrownBy(() -> config(Map.of("master-key", good, "master-key-file", "/none"))
                        .openMasterKey())
                .hasMessageContaining("exactly one of");
        for (var bad : List.of("AAEC", "not base64url!", good + "AA")) {
            assertThatThrownBy(() -> config(Map.of("master-key", bad)).openMasterKey())
                    .hasMessageContaining("32 bytes of base64url")
                    .hasMessageNotContaining(bad)
                    .hasNoCause();
        }
    }

    private static SignerConfig config(Map<String, String> settings) {
        var properties = new HashMap<String, String>();
        settings.forEach((name, value) -> properties.put("tallystick.identity." + name, value));
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withConverter(Duration.class, 200, text -> Duration.parse("PT" + text))
                .withMapping(SignerConfig.class)
                .build()
                .getConfigMapping(SignerConfig.class);
    }
}
