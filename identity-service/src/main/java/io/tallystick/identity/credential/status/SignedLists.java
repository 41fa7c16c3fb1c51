package io.tallystick.identity.credential.status;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.credential.status.StatusLists.Version;
import io.tallystick.identity.did.installation.Assertions;
import io.tallystick.identity.did.issued.DidDomain;
import io.tallystick.identity.key.SigningKeys;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Status lists as others read them. How far a list has come is asked of the database each time, so that no instance says
 * less than another; a list is signed when it changed, when its time has come, and when the key that signed it is gone.
 */
@ApplicationScoped
public class SignedLists {
    /** About 45,000 characters each. */
    private static final int MAX_KEPT = 64;

    private static final Map<String, String> HEADER = Map.of("typ", "vc+jwt", "cty", "vc");

    private final StatusLists lists;
    private final Assertions assertions;
    private final SigningKeys keys;
    private final Optional<String> origin;
    private final ListTimes times;
    private final MeterRegistry metrics;
    private final LinkedHashMap<ListAddress, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Wish, Uni<String>> underWay = new HashMap<>();

    SignedLists(
            StatusLists lists,
            Assertions assertions,
            SigningKeys keys,
            DidDomain domain,
            StatusListConfig config,
            MeterRegistry metrics) {
        this.lists = lists;
        this.assertions = assertions;
        this.keys = keys;
        this.origin = domain.name().map(name -> "https://" + name);
        this.times = config.times();
        this.metrics = metrics;
    }

    /** What a signed list depends on. */
    private record Wish(ListAddress list, Version version, Instant from, Instant until) {}

    private record Kept(Wish wish, String text) {}

    /** Where the lists are found; empty if the installation has no domain name. */
    public Optional<String> origin() {
        return origin;
    }

    long maxAgeSeconds() {
        return times.maxAge().toSeconds();
    }

    /**
     * The list as a credential, signed; empty if there is none of this number. Answers on the caller's context, whoever else
     * waited for the same. Fails with what the signer fails with.
     */
    public Uni<Optional<String>> get(ListAddress list, Instant now) {
        if (origin.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        var context = Vertx.currentContext();
        return lists.version(list.number())
                .chain(found -> found.map(
                                version -> signed(wish(list, version, now), now).map(Optional::of))
                        .orElseGet(() -> Uni.createFrom().item(Optional.empty())))
                .emitOn(step -> context.runOnContext(_ -> step.run()));
    }

    private Wish wish(ListAddress list, Version version, Instant now) {
        return new Wish(list, version, times.from(now, version.changedAt()), times.until(now));
    }

    /** Who wants the same at the same time waits for one signature. */
    private synchronized Uni<String> signed(Wish wish, Instant now) {
        var known = kept.get(wish.list);
        if (known != null && known.wish.equals(wish) && isOfAcceptedKey(known.text)) {
            count("kept");
            return Uni.createFrom().item(known.text);
        }
        return underWay.computeIfAbsent(wish, one -> sign(one, now)
                .onItemOrFailure()
                .invoke((text, failure) -> end(one, text))
                .memoize()
                .indefinitely());
    }

    private Uni<String> sign(Wish wish, Instant now) {
        return lists.set(wish.list).chain(set -> {
            count("signed");
            var text = ListText.of(
                    assertions.issuer().orElseThrow(),
                    wish.list.url(origin.orElseThrow()),
                    wish.list.purpose(),
                    StatusList.of(set),
                    wish.from,
                    wish.until,
                    times.maxAge());
            return assertions.sign(HEADER, text.text().getBytes(StandardCharsets.UTF_8), now);
        });
    }

    private synchronized void end(Wish wish, String text) {
        underWay.remove(wish);
        if (text != null) {
            kept.put(wish.list, new Kept(wish, text));
            if (kept.size() > MAX_KEPT) {
                kept.remove(kept.firstEntry().getKey());
            }
        }
    }

    /** What a key signed that was revoked since convinces nobody. */
    private boolean isOfAcceptedKey(String text) {
        var header =
                new String(Base64.getUrlDecoder().decode(text.substring(0, text.indexOf('.'))), StandardCharsets.UTF_8);
        return keys.ring(KeyPurpose.ASSERTION).accepted().stream()
                .anyMatch(key -> header.contains("#" + key.kid() + "\""));
    }

    private void count(String outcome) {
        metrics.counter("tallystick.identity.status.lists", "outcome", outcome).increment();
    }
}
