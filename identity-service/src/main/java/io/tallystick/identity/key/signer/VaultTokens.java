package io.tallystick.identity.key.signer;

import io.tallystick.identity.key.signer.SignerConfig.VaultConfig;
import io.tallystick.identity.key.signer.SignerFailed.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The token that a Vault knows us by. From a file, which somebody else keeps current and which is read again when it
 * changes; or from the Vault itself, for our Kubernetes service account, renewed when two thirds of its time are over.
 */
final class VaultTokens {
    private static final long MAX_FILE_BYTES = 16_384;
    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long RENEW_AT_LEAST_SECONDS = 5;

    private final VaultHttp http;
    private final VaultConfig config;
    private final LongSupplier nanos;

    private CompletableFuture<String> token = CompletableFuture.failedFuture(new IllegalStateException("none yet"));
    private long goodUntil;

    /** @throws IllegalStateException unless exactly one way to a token is configured */
    VaultTokens(VaultHttp http, VaultConfig config, LongSupplier nanos) {
        this.http = http;
        this.config = config;
        this.nanos = nanos;
        this.goodUntil = nanos.getAsLong();
        if (config.tokenFile().isPresent() == config.kubernetesRole().isPresent()) {
            throw new IllegalStateException("set exactly one of tallystick.identity.vault.token-file and "
                    + "tallystick.identity.vault.kubernetes-role");
        }
    }

    /** The present token. Fails with {@link SignerFailed}. */
    synchronized CompletionStage<String> get() {
        if (nanos.getAsLong() - goodUntil < 0 || !token.isDone()) {
            return token;
        }
        if (config.tokenFile().isPresent()) {
            token = fromFile(config.tokenFile().get());
            goodUntil = nanos.getAsLong() + LOOK_EVERY_NANOS;
        } else {
            // Asked for once however many wait for it; a refusal is remembered for a second, so as not to hammer.
            goodUntil = nanos.getAsLong() + LOOK_EVERY_NANOS;
            token = login().toCompletableFuture();
        }
        return token;
    }

    /** The Vault refused this token: the next one asked for is another, if there is one. */
    synchronized void refused(String refused) {
        boolean present = token.isDone()
                && !token.isCompletedExceptionally()
                && token.getNow("").equals(refused);
        if (present) {
            goodUntil = nanos.getAsLong();
        }
    }

    private static CompletableFuture<String> fromFile(Path file) {
        try {
            return CompletableFuture.completedFuture(read(file));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new SignerFailed(
                    Reason.FORBIDDEN,
                    "There is no token to be read in " + file + ": "
                            + e.getClass().getSimpleName()));
        }
    }

    private static String read(Path file) throws IOException {
        var text = Files.size(file) > MAX_FILE_BYTES
                ? ""
                : Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (text.isEmpty() || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IOException("no token");
        }
        return text;
    }

    private CompletionStage<String> login() {
        String account;
        try {
            account = read(config.kubernetesTokenFile());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new SignerFailed(
                    Reason.FORBIDDEN,
                    "There is no service account token in " + config.kubernetesTokenFile()
                            + "; let Kubernetes mount one."));
        }
        var path = "auth/" + config.kubernetesMount() + "/login";
        var body = Map.<String, Object>of("role", config.kubernetesRole().orElseThrow(), "jwt", account);
        return http.ask("POST", path, "", body).thenApply(this::loggedIn);
    }

    private String loggedIn(VaultHttp.Answer answer) {
        var given = answer.text("/auth/client_token");
        if (answer.status() != 200 || given.isEmpty()) {
            throw new SignerFailed(
                    Reason.FORBIDDEN,
                    "The Vault does not let our service account in (status " + answer.status()
                            + "): check the role and which service accounts and namespaces it is bound to.");
        }
        long seconds = Math.max(RENEW_AT_LEAST_SECONDS, answer.number("/auth/lease_duration") * 2 / 3);
        synchronized (this) {
            goodUntil = nanos.getAsLong() + Duration.ofSeconds(seconds).toNanos();
        }
        return given;
    }
}
