package io.tallystick.identity.key.signer;

import io.tallystick.identity.key.signer.SignerConfig.VaultConfig;
import io.tallystick.identity.key.signer.SignerFailed.Reason;
import io.tallystick.identity.key.signer.VaultHttp.Answer;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Signs in the transit engine of a Vault (HashiCorp's or OpenBao). For each purpose there is one key, whose versions are
 * our keys: a handle says name and version. What the Vault answers is believed only once the public half has verified it.
 */
final class VaultSigner implements Signer {
    private static final Pattern HANDLE = Pattern.compile("([a-z0-9-]{1,60}):([1-9][0-9]{0,8})");
    private static final Pattern SIGNATURE = Pattern.compile("vault:v([1-9][0-9]{0,8}):([A-Za-z0-9+/=]{1,128})");
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int MISSING = 404;

    private final VaultHttp http;
    private final VaultTokens tokens;
    private final VaultConfig config;

    VaultSigner(VaultHttp http, VaultConfig config, LongSupplier nanos) {
        this.http = http;
        this.config = config;
        this.tokens = new VaultTokens(http, config, nanos);
    }

    /** Always a new version, whatever versions there are: nobody may have used it. */
    @Override
    public CompletionStage<HeldKey> make(KeyPurpose purpose) {
        var path = config.mount() + "/keys/" + nameOf(purpose);
        return ask("GET", path, Map.of())
                .thenCompose(found -> found.status() == MISSING ? create(path) : rotate(path, found))
                .thenCompose(_ -> ask("GET", path, Map.of()))
                .thenApply(found -> newest(purpose, found));
    }

    private CompletionStage<Answer> create(String path) {
        var wished = Map.<String, Object>of("type", "ed25519", "exportable", false, "allow_plaintext_backup", false);
        return ask("POST", path, wished).thenApply(this::done);
    }

    private CompletionStage<Answer> rotate(String path, Answer found) {
        done(found);
        return ask("POST", path + "/rotate", Map.of()).thenApply(this::done);
    }

    private HeldKey newest(KeyPurpose purpose, Answer answer) {
        done(answer);
        var name = nameOf(purpose);
        boolean ours = answer.text("/data/type").equals("ed25519")
                && !answer.isTrue("/data/derived")
                && !answer.isTrue("/data/exportable")
                && !answer.isTrue("/data/allow_plaintext_backup")
                && !answer.isTrue("/data/imported_key");
        if (!ours) {
            throw new SignerFailed(
                    Reason.STRANGE,
                    "The Vault's key " + name
                            + " is none for us: it must be of type ed25519, not derived, not imported, and "
                            + "not to be exported. Delete it, or set another tallystick.identity.vault.key-prefix.");
        }
        long version = answer.number("/data/latest_version");
        var publicKey = publicKey(answer.text("/data/keys/" + version + "/public_key"));
        var handle = (name + ":" + version).getBytes(StandardCharsets.US_ASCII);
        return new HeldKey(purpose, HeldKey.thumbprint(publicKey), publicKey, Holder.VAULT, handle);
    }

    private static Ed25519Key publicKey(String base64) {
        try {
            return Ed25519Key.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new SignerFailed(Reason.STRANGE, "What the Vault calls a public key of Ed25519 is none.");
        }
    }

    @Override
    public CompletionStage<byte[]> sign(HeldKey key, byte[] message) {
        var handle = HANDLE.matcher(new String(key.handle(), StandardCharsets.US_ASCII));
        // The prefix may have been another when the key was made; the purpose must be the same.
        if (key.holder() != Holder.VAULT
                || !handle.matches()
                || !handle.group(1).endsWith(suffixOf(key.purpose()))) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(key + " is no key of this purpose in a Vault"));
        }
        int version = Integer.parseInt(handle.group(2));
        var body = Map.<String, Object>of("input", Base64.getEncoder().encodeToString(message), "key_version", version);
        return ask("POST", config.mount() + "/sign/" + handle.group(1), body)
                .thenApply(answer -> signature(key, version, message, done(answer)));
    }

    private static byte[] signature(HeldKey key, int version, byte[] message, Answer answer) {
        var parts = SIGNATURE.matcher(answer.text("/data/signature"));
        if (!parts.matches() || Integer.parseInt(parts.group(1)) != version) {
            throw new SignerFailed(Reason.STRANGE, "The Vault answered with no signature of the version asked for.");
        }
        try {
            var signature = Base64.getDecoder().decode(parts.group(2));
            key.publicKey().verify(message, signature);
            return signature;
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            throw new SignerFailed(
                    Reason.WRONG_SIGNATURE,
                    "What the Vault answered is no signature of " + key + ". Nothing of it was given out. Look what "
                            + "stands between us and the Vault, and whether its key was restored from elsewhere.");
        }
    }

    /** Whether the Vault would answer; whether there is a key yet does not matter. Fails with {@link SignerFailed}. */
    CompletionStage<Void> probe() {
        return ask("GET", config.mount() + "/keys/" + nameOf(KeyPurpose.ACCESS_TOKEN), Map.of())
                .thenAccept(answer -> {
                    if (answer.status() != MISSING) {
                        done(answer);
                    }
                });
    }

    @Override
    public void keepOnly(Collection<HeldKey> keys) {
        // Nothing of a key is here.
    }

    private String nameOf(KeyPurpose purpose) {
        return config.keyPrefix() + suffixOf(purpose);
    }

    private static String suffixOf(KeyPurpose purpose) {
        return "-" + purpose.label().replace('_', '-');
    }

    /** A token that is refused may be one that was replaced meanwhile: once more with the next one. */
    private CompletionStage<Answer> ask(String method, String path, Map<String, Object> body) {
        return tokens.get()
                .thenCompose(token -> http.ask(method, path, token, body).thenCompose(answer -> {
                    if (answer.status() != FORBIDDEN) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    tokens.refused(token);
                    return tokens.get()
                            .thenCompose(next -> next.equals(token)
                                    ? CompletableFuture.completedFuture(answer)
                                    : http.ask(method, path, next, body));
                }));
    }

    private Answer done(Answer answer) {
        return switch (answer.status()) {
            case OK, NO_CONTENT -> answer;
            case BAD_REQUEST ->
                throw new SignerFailed(
                        Reason.MISSING,
                        "The Vault has no such version of the key to sign with: restore its key, or rotate ours with "
                                + "\"compromised\": true. It says: " + printable(answer.text("/errors/0")));
            case FORBIDDEN ->
                throw new SignerFailed(
                        Reason.FORBIDDEN,
                        "The Vault refuses our token. Look whether it is current and its policy gives read, create and "
                                + "update on " + config.mount() + "/keys/" + config.keyPrefix() + "-* and update on "
                                + config.mount() + "/sign/" + config.keyPrefix() + "-*.");
            case MISSING ->
                throw new SignerFailed(
                        Reason.MISSING, "The Vault has no transit engine at " + config.mount() + ", or no such key.");
            case 429 ->
                throw new SignerFailed(Reason.BUSY, "The Vault's rate limit is reached: raise its quota for us.");
            case 307, 472, 473, 501, 503 ->
                throw new SignerFailed(
                        Reason.SEALED,
                        "The Vault is sealed, not initialized, or on standby without forwarding: unseal it, or set "
                                + "tallystick.identity.vault.address to the active one.");
            default ->
                throw new SignerFailed(Reason.STRANGE, "The Vault answered with status " + answer.status() + ".");
        };
    }

    private static String printable(String text) {
        var safe = text.replaceAll("[^ -~]", "?");
        return safe.substring(0, Math.min(safe.length(), 200));
    }
}
