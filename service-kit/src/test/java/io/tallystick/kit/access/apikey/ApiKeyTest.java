package io.tallystick.kit.access.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
    private static final ApiKey KEY = ApiKey.of(
            HexFormat.of().parseHex("5f1c9e0a7d3b2468"), HexFormat.of().parseHex("a7".repeat(32)));

    @Test
    void hasTheFormThatSecretScannersLookFor() {
        assertThat(KEY.reveal())
                .matches("tsk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}[0-9a-f]{8}")
                .hasSize(72);
        assertThat(ApiKey.parse(KEY.reveal()).id()).isEqualTo("5f1c9e0a7d3b2468");
        assertThat(ApiKey.parse(KEY.reveal()).hash()).isEqualTo(KEY.hash());
    }

    @Test
    void theChecksumIsAnyonesToCompute() {
        var text = KEY.reveal();
        var crc = new CRC32();
        crc.update(text.substring(0, 64).getBytes(java.nio.charset.StandardCharsets.US_ASCII));

        assertThat(text.substring(64)).isEqualTo("%08x".formatted(crc.getValue()));
    }

    @Test
    void aTypingErrorAnywhereIsToldFromAKeyThatDoesNotHold() {
        var text = KEY.reveal();
        for (var at = 4; at < text.length(); at++) {
            var other = text.charAt(at) == 'a' ? 'b' : 'a';
            var mistyped = text.substring(0, at) + other + text.substring(at + 1);
            assertThatThrownBy(() -> ApiKey.parse(mistyped)).as(mistyped).isInstanceOf(ApiKey.Invalid.class);
        }
        var swapped = text.substring(0, 30) + text.charAt(31) + text.charAt(30) + text.substring(32);
        if (!swapped.equals(text)) {
            assertThatThrownBy(() -> ApiKey.parse(swapped)).hasMessageContaining("checksum");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tsk_", "tsk_5f1c9e0a7d3b2468", "TSK_5f1c9e0a7d3b2468_", "Bearer tsk_"})
    void whatIsNoneIsRefusedAndNotSaidAgain(String text) {
        assertThatThrownBy(() -> ApiKey.parse(text))
                .isInstanceOf(ApiKey.Invalid.class)
                .hasMessageContaining("copy it whole");
    }

    @Test
    void neverSaysItselfByAccident() {
        assertThat(KEY.toString()).isEqualTo("tsk_5f1c9e0a7d3b2468_…");
        assertThatThrownBy(() -> ApiKey.parse(KEY.reveal() + "x")).hasMessageNotContaining("p6en");
    }

    @Test
    void isFoundInAUrlWrittenOutOrEncoded() {
        assertThat(ApiKey.isInside("http://x/v1?key=" + KEY.reveal())).isTrue();
        assertThat(ApiKey.isInside("http://x/v1?key=" + KEY.reveal().replace("_", "%5F")))
                .isTrue();
        assertThat(ApiKey.isInside("http://x/v1/api-keys/5f1c9e0a7d3b2468?name=tsk_"))
                .isFalse();
    }

    /** No test sees how long it takes, so this one looks at what is called. */
    @Test
    void theTimeToCompareHashesDoesNotSayWhereTheyDiffer() {
        var view = new ClassFileImporter().importClass(ApiKeyView.class);

        assertThat(view.getMethod("find", ApiKey.class, Instant.class).getMethodCallsFromSelf())
                .extracting(call -> call.getTarget().getFullName())
                .contains("java.security.MessageDigest.isEqual([B, [B)")
                .noneMatch(name -> name.contains(".equals(") || name.contains("Arrays"));
    }

    @Test
    void twoAreNeverTheSame() {
        var random = new SecureRandom();
        var id = new byte[8];
        var one = new byte[32];
        var other = new byte[32];
        random.nextBytes(one);
        random.nextBytes(other);

        assertThat(ApiKey.of(id, one).hash()).isNotEqualTo(ApiKey.of(id, other).hash());
    }
}
