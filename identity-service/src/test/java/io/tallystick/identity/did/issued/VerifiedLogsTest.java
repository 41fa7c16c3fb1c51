package io.tallystick.identity.did.issued;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered of verified logs is never older than what is asked for, and has a bound. */
class VerifiedLogsTest {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private final VerifiedLogs kept = new VerifiedLogs(3 * (VerifiedLogs.ENTRY_BYTES + 100));

    private static String scid(int number) {
        return "Qm" + String.valueOf(ALPHABET.charAt(number)).repeat(44);
    }

    private static Verified log(int scid, int version) {
        var did = WebvhDid.parse("did:webvh:" + scid(scid) + ":a.example");
        return new Verified(List.of(new Version(
                version, version + "-" + scid(version), Instant.EPOCH, did, JsonObject.of(Map.of()), null)));
    }

    private boolean has(int scid, int version) {
        return kept.get(scid(scid), version + "-" + scid(version)).isPresent();
    }

    @Test
    void answersTheVersionThatIsTheNewestNow() {
        kept.put(log(1, 1), 10);

        assertThat(has(1, 1)).isTrue();
        assertThat(has(2, 1)).isFalse();
    }

    @Test
    void attackRollbackOfADidVersion() {
        kept.put(log(1, 1), 10);
        assertThat(has(1, 2)).isFalse();

        kept.put(log(1, 2), 10);
        kept.put(log(1, 1), 10);

        assertThat(has(1, 1)).isFalse();
        assertThat(has(1, 2)).isTrue();
    }

    @Test
    void whatWasLongestNotAskedForMakesRoom() {
        for (int i = 1; i <= 3; i++) {
            kept.put(log(i, 1), 100);
        }
        assertThat(has(1, 1)).isTrue();

        kept.put(log(4, 1), 100);

        assertThat(kept.size()).isEqualTo(3);
        assertThat(has(2, 1)).isFalse();
        assertThat(has(1, 1)).isTrue();
    }

    @Test
    void attackFlooding() {
        for (int i = 0; i < 50; i++) {
            kept.put(log(i, 1), 1000);
        }
        kept.put(log(51, 1), Integer.MAX_VALUE);

        assertThat(kept.size()).isEqualTo(1);
        assertThat(has(49, 1)).isTrue();
    }
}
