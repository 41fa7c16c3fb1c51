package io.tallystick.identity.key.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The signers of this installation. The one that is configured makes keys; each signs with those that it made. */
@ApplicationScoped
public class Signers {
    private final Holder maker;
    private final LocalSigner local;
    private final Optional<VaultSigner> vault;
    private final MeterRegistry metrics;
    private volatile Optional<String> trouble = Optional.empty();
    private volatile boolean reached;

    /** @throws IllegalStateException if what is configured does not fit together */
    Signers(SignerConfig config, VaultHttp http, MeterRegistry metrics) {
        this.maker = config.signer();
        this.local = new LocalSigner(config.openMasterKey(), new SecureRandom());
        this.vault = http.isConfigured()
                ? Optional.of(new VaultSigner(http, config.vault(), System::nanoTime))
                : Optional.empty();
        this.metrics = metrics;
        if (maker == Holder.VAULT && vault.isEmpty()) {
            throw new IllegalStateException("tallystick.identity.signer=vault needs tallystick.identity.vault.address");
        }
    }

    /** What does not fit together is found at the start, not by the first caller. */
    void start(@Observes StartupEvent event) {}

    /** The one in this process, for keys that sign once within a transaction. */
    public LocalSigner local() {
        return local;
    }

    /** A new key of the configured signer. Fails with {@link SignerFailed}. */
    public Uni<HeldKey> make(KeyPurpose purpose) {
        return measured(maker, "make", () -> of(maker).make(purpose));
    }

    /** The key's signature, verified. Fails with {@link SignerFailed}. */
    public Uni<byte[]> sign(HeldKey key, byte[] message) {
        return measured(key.holder(), "sign", () -> of(key.holder()).sign(key, message));
    }

    /** Whether keys of this holder can be asked for signatures at all. */
    public boolean has(Holder holder) {
        return holder == Holder.LOCAL || vault.isPresent();
    }

    /** These keys sign from now on, and no others. @throws IllegalStateException if the master key does not open one */
    public void keepOnly(Collection<HeldKey> keys) {
        local.keepOnly(keys.stream().filter(key -> key.holder() == Holder.LOCAL).toList());
    }

    /** Asks the Vault, if there is one, whether it would answer. */
    public Uni<Void> probe() {
        return vault.map(one -> measured(Holder.VAULT, "probe", one::probe))
                .orElseGet(() -> Uni.createFrom().voidItem())
                .onFailure()
                .recoverWithNull();
    }

    /** What is wrong with the Vault, as of the last time that it was asked; empty if all is well or there is none. */
    public Optional<String> trouble() {
        return trouble;
    }

    /** Whether the configured signer ever did what it was asked for. */
    public boolean reached() {
        return maker == Holder.LOCAL || reached;
    }

    private Signer of(Holder holder) {
        return holder == Holder.LOCAL
                ? local
                : vault.orElseThrow(() -> new SignerFailed(
                        SignerFailed.Reason.MISSING,
                        "A key that signs lies in a Vault, and tallystick.identity.vault.address is not set."));
    }

    private <T> Uni<T> measured(Holder holder, String operation, Supplier<CompletionStage<T>> work) {
        return Uni.createFrom().deferred(() -> {
            var began = System.nanoTime();
            return Uni.createFrom()
                    .completionStage(work)
                    .onFailure(CompletionException.class)
                    .transform(e -> e.getCause() == null ? e : e.getCause())
                    .onItemOrFailure()
                    .invoke((_, failure) -> saw(holder, operation, failure, System.nanoTime() - began));
        });
    }

    private void saw(Holder holder, String operation, Throwable failure, long nanos) {
        Timer.builder("tallystick.identity.signer.requests")
                .description("What the signers were asked for, and how long it took")
                .tag("holder", holder.label())
                .tag("operation", operation)
                .tag("outcome", outcome(failure))
                .register(metrics)
                .record(nanos, TimeUnit.NANOSECONDS);
        if (holder == Holder.VAULT) {
            reached = reached || failure == null;
            changed(Optional.ofNullable(failure).map(Throwable::getMessage));
        }
    }

    private void changed(Optional<String> now) {
        if (!trouble.equals(now)) {
            trouble = now;
            now.ifPresentOrElse(
                    what -> Log.errorf("vault does not sign, cause=%s", what), () -> Log.info("vault signs"));
        }
    }

    private static String outcome(Throwable failure) {
        if (failure == null) {
            return "done";
        }
        return failure instanceof SignerFailed failed ? failed.reason().name().toLowerCase(Locale.ROOT) : "fault";
    }
}
