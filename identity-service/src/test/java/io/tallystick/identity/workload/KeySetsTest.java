package io.tallystick.identity.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.workload.PlatformMaker.MadeKey;
import io.tallystick.kit.access.CompactJws;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of a platform's keys are used. */
class KeySetsTest {
    private static final MadeKey RSA = PlatformMaker.rsa("one", 2048);
    private static final MadeKey EC = PlatformMaker.ec("two");

    @Test
    void aKeySaysWhatItMayBeUsedWith() {
        var keys = read(PlatformMaker.keySet(RSA, EC));

        assertThat(keys.get("one").algorithms()).isEqualTo(PlatformKey.RSA);
        assertThat(keys.get("two").algorithms()).containsExactly("ES256");
    }

    @Test
    void aKeyOfOneAlgorithmIsForThatOne() {
        var keys = read("{\"keys\":[{\"kid\":\"one\",\"alg\":\"PS256\",%s},{\"kid\":\"two\",\"alg\":\"RS256\",%s}]}"
                .formatted(RSA.jwk(), EC.jwk()));

        assertThat(keys.get("one").algorithms()).containsExactly("PS256");
        assertThat(keys).doesNotContainKey("two");
    }

    @Test
    void whatIsNotForSignaturesOrIsWeakIsPassedOver() {
        var weak = PlatformMaker.rsa("weak", 1024);
        var jwks =
                "{\"keys\":[{\"kid\":\"a\",\"use\":\"enc\",%s},{\"kid\":\"b\",%s},{%s},{\"kid\":\"d\",\"kty\":\"oct\","
                        + "\"k\":\"AAAA\"},{\"kid\":\"e\",\"use\":\"x509-svid\",%s},{\"kid\":\"f\",\"use\":\"jwt-svid\",%s}]}";

        assertThat(read(jwks.formatted(RSA.jwk(), weak.jwk(), RSA.jwk(), EC.jwk(), EC.jwk())))
                .containsOnlyKeys("f");
    }

    /** Signatures under an exponent of one are the message itself: anyone makes them. */
    @Test
    void anExponentOfOneIsNone() {
        var jwk = RSA.jwk().replace("\"e\":\"AQAB\"", "\"e\":\"" + PlatformMaker.number(BigInteger.ONE) + "\"");

        assertThat(jwk).isNotEqualTo(RSA.jwk());
        assertThat(read("{\"keys\":[{\"kid\":\"a\",%s}]}".formatted(jwk))).isEmpty();
    }

    @Test
    void aPointThatIsNotOnItsCurveIsNone() {
        var jwk = EC.jwk().replaceAll("\"y\":\"[^\"]+\"", "\"y\":\"" + "A".repeat(42) + "E\"");

        assertThat(read("{\"keys\":[{\"kid\":\"a\",%s}]}".formatted(jwk))).isEmpty();
    }

    @Test
    void aSetThatIsNoneOrTooLargeIsRefused() {
        var many = "{\"keys\":[" + "{},".repeat(KeySets.MAX_KEYS) + "{}]}";

        for (var text : new String[] {"[]", "{}", "{\"keys\":{}}", "{\"keys\":[]", "{\"keys\":[],\"keys\":[]}", many}) {
            assertThatThrownBy(() -> read(text)).isInstanceOf(CompactJws.Invalid.class);
        }
    }

    private static Map<String, PlatformKey> read(String json) {
        return new KeySets().read(json.getBytes(StandardCharsets.UTF_8));
    }
}
