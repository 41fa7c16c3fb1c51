package io.tallystick.identity.key;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.key.StoredKeys.Look;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.identity.key.signer.SignerFailed;
import io.tallystick.identity.key.signer.Signers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes keys: the first ones, those whose time has come, and those that are asked for. Apart from the heartbeats, which
 * must not wait for a signer that is slow.
 */
@ApplicationScoped
class Rotation {
    private final SigningKeys keys;
    private final StoredKeys stored;
    private final Signers signers;
    private final Heartbeats heartbeats;
    private final MeterRegistry metrics;

    Rotation(SigningKeys keys, StoredKeys stored, Signers signers, Heartbeats heartbeats, MeterRegistry metrics) {
        this.keys = keys;
        this.stored = stored;
        this.signers = signers;
        this.heartbeats = heartbeats;
        this.metrics = metrics;
        for (var purpose : KeyPurpose.ROTATING) {
            gauge("tallystick.identity.key.age", "For how long the key that signs has signed", purpose, this::age);
            gauge(
                    "tallystick.identity.key.overdue",
                    "For how long it should have been replaced",
                    purpose,
                    this::overdue);
        }
    }

    private void gauge(String name, String description, KeyPurpose purpose, Function<KeyPurpose, Duration> value) {
        Gauge.builder(name, () -> value.apply(purpose).toMillis() / 1000.0)
                .description(description)
                .baseUnit("seconds")
                .tag("purpose", purpose.label())
                .register(metrics);
    }

    private Duration age(KeyPurpose purpose) {
        var now = Instant.now();
        return keys.ring(purpose)
                .signer(now)
                .map(key -> since(key.activeFrom(), now))
                .orElse(Duration.ZERO);
    }

    private Duration overdue(KeyPurpose purpose) {
        var now = Instant.now();
        return keys.ring(purpose)
                .nextRotation(now, stored.times())
                .map(next -> since(next, now))
                .orElse(Duration.ZERO);
    }

    private static Duration since(Instant past, Instant now) {
        return past.isAfter(now) ? Duration.ZERO : Duration.between(past, now);
    }

    /** Looks each second whether a key is to be made; also one whose time came while no instance ran. */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> makeWhatIsDue() {
        var now = now();
        return stored.tellAgain(now)
                .chain(() -> keys.refresh(now))
                .chain(look -> Multi.createFrom()
                        .iterable(KeyPurpose.ROTATING)
                        .onItem()
                        .transformToUniAndConcatenate(purpose -> makeIfDue(look.ring(purpose), now)
                                .onFailure()
                                .invoke(e -> failed(purpose, e))
                                .onFailure()
                                .recoverWithNull())
                        .collect()
                        .asList())
                .onFailure()
                .invoke(e -> Log.warnf("no look for keys that are due, cause=%s", e))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** What this instance saw may be old, so the database decides twice: whose turn it is, and whether it is still due. */
    private Uni<Void> makeIfDue(KeyRing seen, Instant now) {
        var purpose = seen.purpose();
        if (seen.wantsKeyFrom(now, stored.times()).isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return stored.takeTurn(purpose)
                .chain(ours -> ours
                        ? make(purpose, now)
                                .eventually(() -> stored.endTurn(purpose))
                                .replaceWithVoid()
                        : Uni.createFrom().voidItem());
    }

    private Uni<Optional<Look>> make(KeyPurpose purpose, Instant now) {
        return signers.make(purpose)
                .chain(made -> stored.add(made, now, ring -> ring.wantsKeyFrom(now, stored.times())))
                .invoke(look -> look.ifPresent(after -> made(after, purpose, "due")));
    }

    /**
     * Makes a key that takes the place of the present one after the notice.
     *
     * @return the keys after it; empty if the last rotation has not come to its end
     */
    Uni<Optional<Look>> rotate(KeyPurpose purpose) {
        var now = now();
        var notice = stored.times().notice();
        Function<KeyRing, Optional<Instant>> from =
                ring -> ring.mayRotate(now, notice) ? Optional.of(now.plus(notice)) : Optional.empty();
        // Looked at before too: a key that is not wanted is not made.
        return keys.refresh(now)
                .chain(look -> from.apply(look.ring(purpose)).isEmpty()
                        ? Uni.createFrom().item(Optional.<Look>empty())
                        : signers.make(purpose).chain(made -> stored.add(made, now, from)))
                .invoke(look -> look.ifPresent(after -> made(after, purpose, "asked")));
    }

    /**
     * Revokes what a key that became known to someone may have signed, and signs with another at once. Revokes also if no
     * other can be made; it is made as soon as the signer does.
     *
     * @return the keys after it; empty if they were revoked only
     */
    Uni<Optional<Look>> rotateCompromised(KeyPurpose purpose) {
        var now = now();
        return signers.make(purpose)
                .map(Optional::of)
                .onFailure(SignerFailed.class)
                .recoverWithItem(Optional.<HeldKey>empty())
                .chain(made -> stored.replaceCompromised(purpose, made, now)
                        .invoke(after -> made(after, purpose, "compromised"))
                        .map(after -> made.map(_ -> after)));
    }

    private void made(Look after, KeyPurpose purpose, String cause) {
        keys.remember(after);
        heartbeats.beatAtOnce(after);
        count(purpose, cause);
        Log.infof("key made, purpose=%s, cause=%s", purpose.label(), cause);
    }

    private void failed(KeyPurpose purpose, Throwable failure) {
        count(purpose, "failed");
        Log.warnf("no key made, purpose=%s, cause=%s", purpose.label(), failure);
    }

    private void count(KeyPurpose purpose, String outcome) {
        metrics.counter("tallystick.identity.key.rotations", "purpose", purpose.label(), "outcome", outcome)
                .increment();
    }

    /** As fine as the database keeps it. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
