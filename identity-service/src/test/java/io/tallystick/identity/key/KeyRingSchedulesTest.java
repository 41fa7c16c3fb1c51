package io.tallystick.identity.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.Ed25519Signer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random histories of rotations: instances with clocks that are apart and that step, that come and go, and that look at the
 * database when they come to it. Whatever happens, what was signed with a key that had to be known is accepted as long as
 * it may live, and the keys stay few.
 */
class KeyRingSchedulesTest {
    private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");
    private static final int HISTORIES = 20;
    private static final int SECONDS = 2_000;
    private static final int INSTANCES = 3;

    /** Two clocks are at most so far apart; the services accept so much. */
    private static final int SKEW_SECONDS = 5;

    private static final int LIFETIME_SECONDS = 300;

    /** The others take in what is announced within so long, or refuse everyone with 503. */
    private static final int HEARD_WITHIN_SECONDS = 2;

    private static final Duration NOTICE = Duration.ofSeconds(30);
    private static final KeyTimes TIMES = new KeyTimes(
            NOTICE,
            Map.of(
                    KeyPurpose.ACCESS_TOKEN, Duration.ofSeconds(LIFETIME_SECONDS + 2 * SKEW_SECONDS),
                    KeyPurpose.ASSERTION, Duration.ofDays(1),
                    KeyPurpose.RECEIPT, Duration.ofDays(1)),
            Map.of(
                    KeyPurpose.ACCESS_TOKEN, Duration.ofSeconds(100),
                    KeyPurpose.ASSERTION, Duration.ofDays(1),
                    KeyPurpose.RECEIPT, Duration.ofHours(1)));

    private static final class Instance {
        boolean up = true;
        int clockSeconds;
        KeyRing seen;

        Instant clock(int second) {
            return START.plusSeconds(second + clockSeconds);
        }
    }

    private final Map<String, SigningKey> database = new HashMap<>();

    /** From which second on the verifiers know a key. */
    private final Map<String, Integer> announced = new HashMap<>();

    private final Set<String> revoked = new HashSet<>();

    /** When the last token that a key signed expires, by the clock of who signed it. */
    private final Map<String, Instant> tokens = new HashMap<>();

    private KeyPurpose purpose;
    private Random random;

    @ParameterizedTest
    @EnumSource(names = {"ACCESS_TOKEN", "ASSERTION", "RECEIPT"})
    void noGoodTokenIsRefusedAndKeysStayFew(KeyPurpose which) {
        purpose = which;
        for (var seed = 0; seed < HISTORIES; seed++) {
            random = new Random(seed);
            database.clear();
            announced.clear();
            revoked.clear();
            tokens.clear();
            live(seed);
        }
    }

    private void live(int seed) {
        var instances = new ArrayList<Instance>();
        for (var i = 0; i < INSTANCES; i++) {
            var instance = new Instance();
            instance.seen = new KeyRing(purpose, List.of());
            instance.clockSeconds = random.nextInt(SKEW_SECONDS + 1);
            instances.add(instance);
        }
        for (var second = 0; second < SECONDS; second++) {
            for (var instance : instances) {
                happen(instance, second);
            }
            if (ring().accepted().size() > purpose.mostKeys()) {
                fail(
                        "seed %d, second %d: %d keys",
                        seed, second, ring().accepted().size());
            }
            verify(seed, second);
        }
        assertThat(announced.size()).as("rotations happen").isGreaterThan(purpose == KeyPurpose.ASSERTION ? 0 : 1);
    }

    private void happen(Instance instance, int second) {
        if (random.nextInt(400) == 0) {
            instance.up = !instance.up;
        }
        if (random.nextInt(300) == 0) {
            // A step: still no further from the others than clocks may be.
            instance.clockSeconds = random.nextInt(SKEW_SECONDS + 1);
        }
        if (!instance.up) {
            return;
        }
        var now = instance.clock(second);
        look(instance, now, second);
        if (random.nextInt(200) == 0 && ring().mayRotate(now, NOTICE)) {
            add(now.plus(NOTICE), second);
        }
        if (random.nextInt(4) == 0) {
            sign(instance, now, second);
        }
    }

    /** A heartbeat's look and what it moves on, then what the schedule wants. */
    private void look(Instance instance, Instant now, int second) {
        for (var changed : ring().due(now, TIMES.overlap().get(purpose))) {
            database.put(changed.kid(), changed);
            if (changed.state() == State.REVOKED) {
                revoked.add(changed.kid());
            }
        }
        ring().wantsKeyFrom(now, TIMES).ifPresent(from -> add(from, second));
        instance.seen = ring();
    }

    private void add(Instant from, int second) {
        var seed = new byte[32];
        random.nextBytes(seed);
        var publicKey = new Ed25519Signer(seed).publicKey();
        var key = SigningKey.active(
                new HeldKey(purpose, HeldKey.thumbprint(publicKey), publicKey, Holder.LOCAL, seed), from);
        // The first key is there before anybody has heard of any: until then there are no tokens that could be refused.
        announced.put(key.kid(), announced.isEmpty() ? second : second + HEARD_WITHIN_SECONDS);
        database.put(key.kid(), key);
    }

    private void sign(Instance instance, Instant now, int second) {
        var key = instance.seen.signer(now).orElseThrow();
        if (announced.get(key.kid()) > second) {
            fail("second %d: %s signs before it is known", second, key);
        }
        tokens.merge(key.kid(), now.plusSeconds(LIFETIME_SECONDS), (one, other) -> one.isAfter(other) ? one : other);
    }

    /** By the clock of whichever verifier keeps a token longest. */
    private void verify(int seed, int second) {
        var slowest = START.plusSeconds(second);
        for (var kid : revoked) {
            if (tokens.containsKey(kid) && !slowest.isAfter(tokens.get(kid).plusSeconds(SKEW_SECONDS))) {
                fail("seed %d, second %d: a good token of %s is refused", seed, second, kid);
            }
        }
    }

    private KeyRing ring() {
        return new KeyRing(
                purpose,
                database.values().stream()
                        .filter(key -> key.state() != State.REVOKED)
                        .toList());
    }
}
