package io.tallystick.identity.key.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.identity.key.signer.SignerConfig.VaultConfig;
import io.tallystick.identity.key.signer.SignerFailed.Reason;
import io.tallystick.identity.key.signer.TransitServer.Trouble;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VaultSignerTest {
    private static final byte[] MESSAGE = "header.payload".getBytes(StandardCharsets.US_ASCII);
    private static final Set<Trouble> SILENT = EnumSet.of(Trouble.SLOW, Trouble.DRIPPING);
    private static Vertx vertx;

    @TempDir
    Path folder;

    private final Map<String, String> settings = new HashMap<>();
    private final AtomicLong nanos = new AtomicLong();
    private TransitServer server;
    private VaultHttp http;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close();
    }

    @BeforeEach
    void start() throws IOException {
        server = TransitServer.start();
        setToken(TransitServer.TOKEN);
        settings.put("address", server.address().toString());
        settings.put("token-file", folder.resolve("token").toString());
        settings.put("timeout", "5s");
    }

    @AfterEach
    void stop() {
        server.close();
        if (http != null) {
            http.stop();
        }
    }

    private void setToken(String token) throws IOException {
        Files.writeString(folder.resolve("token"), token + "\n");
    }

    private VaultConfig config() {
        var properties = new HashMap<String, String>();
        settings.forEach((name, value) -> properties.put("tallystick.identity.vault." + name, value));
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withConverter(Duration.class, 200, text -> Duration.parse("PT" + text))
                .withMapping(SignerConfig.class)
                .build()
                .getConfigMapping(SignerConfig.class)
                .vault();
    }

    private VaultSigner signer() {
        var config = config();
        http = new VaultHttp(vertx, config);
        return new VaultSigner(http, config, nanos::get);
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static SignerFailed failure(CompletionStage<?> stage) {
        try {
            throw new AssertionError("did not fail: " + done(stage));
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(SignerFailed.class);
            return (SignerFailed) e.getCause();
        }
    }

    @Test
    void makesAKeyAndSignsWithIt() {
        var signer = signer();

        var key = done(signer.make(KeyPurpose.ASSERTION));
        var signature = done(signer.sign(key, MESSAGE));

        key.publicKey().verify(MESSAGE, signature);
        assertThat(key.id()).isEqualTo(HeldKey.thumbprint(key.publicKey()));
        assertThat(new String(key.handle(), StandardCharsets.US_ASCII)).isEqualTo("tallystick-assertion:1");
        assertThat(server.requests)
                .containsExactly(
                        "GET transit/keys/tallystick-assertion",
                        "POST transit/keys/tallystick-assertion",
                        "GET transit/keys/tallystick-assertion",
                        "POST transit/sign/tallystick-assertion");
    }

    @Test
    void anotherKeyIsAnotherVersionAndTheOlderOneGoesOnSigning() {
        var signer = signer();
        var first = done(signer.make(KeyPurpose.RECEIPT));
        var second = done(signer.make(KeyPurpose.RECEIPT));

        assertThat(second.publicKey()).isNotEqualTo(first.publicKey());
        first.publicKey().verify(MESSAGE, done(signer.sign(first, MESSAGE)));
        second.publicKey().verify(MESSAGE, done(signer.sign(second, MESSAGE)));
    }

    @Test
    void aKeyUsedForAnotherPurpose() {
        var signer = signer();
        var receipt = done(signer.make(KeyPurpose.RECEIPT));
        var pretended =
                new HeldKey(KeyPurpose.ACCESS_TOKEN, receipt.id(), receipt.publicKey(), Holder.VAULT, receipt.handle());
        int before = server.requests.size();

        assertThatThrownBy(() -> done(signer.sign(pretended, MESSAGE))).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(server.requests).hasSize(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"WRONG_KEY", "WRONG_MESSAGE"})
    void aSignerThatIsWrong(Trouble trouble) {
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.troubles.add(trouble);

        assertThat(failure(signer.sign(key, MESSAGE)).reason()).isEqualTo(Reason.WRONG_SIGNATURE);
    }

    @Test
    void aSignatureOfAnotherVersion() {
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.troubles.add(Trouble.WRONG_VERSION);

        assertThat(failure(signer.sign(key, MESSAGE)).reason()).isEqualTo(Reason.STRANGE);
    }

    @ParameterizedTest
    @CsvSource({"aes256-gcm96,false", "ed25519,true", "ecdsa-p256,false"})
    void aKeyThatMayBeExportedOrIsOfAnotherKind(String type, boolean exportable) {
        server.putKey("tallystick-assertion", type, exportable);

        var failed = failure(signer().make(KeyPurpose.ASSERTION));

        assertThat(failed.reason()).isEqualTo(Reason.STRANGE);
        assertThat(failed).hasMessageContaining("tallystick-assertion").hasMessageContaining("ed25519");
    }

    @ParameterizedTest
    @EnumSource(names = {"SEALED", "LIMITED", "BROKEN", "LOST", "SLOW", "DRIPPING"})
    void whatPassesIsTriedAgain(Trouble trouble) {
        if (SILENT.contains(trouble)) {
            settings.put("timeout", "0.5s");
            settings.put("attempts", "5");
        }
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.troubles.addAll(List.of(trouble, trouble));

        key.publicKey().verify(MESSAGE, done(signer.sign(key, MESSAGE)));
    }

    @ParameterizedTest
    @CsvSource({
        "SEALED,SEALED,unseal it",
        "LIMITED,BUSY,raise its quota",
        "BROKEN,STRANGE,status 500",
        "LOST,SILENT,tallystick.identity.vault.address",
        "DRIPPING,SILENT,does not answer"
    })
    void whatDoesNotPassIsSaidWithWhatToDo(Trouble trouble, Reason reason, String advice) {
        var key = done(signer().make(KeyPurpose.ACCESS_TOKEN));
        http.stop();
        if (SILENT.contains(trouble)) {
            settings.put("timeout", "0.5s");
        }
        var signer = signer();
        server.troubles.addAll(List.of(trouble, trouble, trouble));
        int before = server.requests.size();

        var failed = failure(signer.sign(key, MESSAGE));

        assertThat(failed.reason()).isEqualTo(reason);
        assertThat(failed).hasMessageContaining(advice);
        assertThat(server.requests).hasSize(before + 3);
    }

    @ParameterizedTest
    @CsvSource({"LIMITED_LONG,BUSY", "PAGE,STRANGE", "HUGE,STRANGE", "REDIRECT,SEALED"})
    void whatTryingAgainDoesNotHelpIsNotTriedAgain(Trouble trouble, Reason reason) {
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.troubles.add(trouble);
        int before = server.requests.size();

        assertThat(failure(signer.sign(key, MESSAGE)).reason()).isEqualTo(reason);
        assertThat(server.requests).hasSize(before + 1);
    }

    @Test
    void anAnswerLostWhileAKeyIsMadeCostsAVersionAndNothingElse() {
        var signer = signer();
        done(signer.make(KeyPurpose.RECEIPT));
        // The reading goes well; the rotation is done and its answer lost, so it is done again.
        server.troubles.addAll(List.of(Trouble.NONE, Trouble.LOST));

        var key = done(signer.make(KeyPurpose.RECEIPT));

        assertThat(server.versions("tallystick-receipt")).isEqualTo(3);
        key.publicKey().verify(MESSAGE, done(signer.sign(key, MESSAGE)));
    }

    @Test
    void aKeyThatIsNotThereAnyMore() throws IOException {
        var key = done(signer().make(KeyPurpose.ACCESS_TOKEN));
        server.close();
        server = TransitServer.start();
        settings.put("address", server.address().toString());

        var failed = failure(signer().sign(key, MESSAGE));

        assertThat(failed.reason()).isEqualTo(Reason.MISSING);
        assertThat(failed).hasMessageContaining("signing key not found").hasMessageContaining("compromised");
    }

    @Test
    void aTokenFileIsReadAgainWhenItChanges() throws IOException {
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.tokens.clear();
        server.tokens.add("hvs.second");

        var failed = failure(signer.sign(key, MESSAGE));
        assertThat(failed.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(failed).hasMessageContaining("policy").hasMessageContaining("transit/sign/tallystick-*");

        setToken("hvs.second");
        Files.setLastModifiedTime(folder.resolve("token"), FileTime.from(Instant.now()));
        done(signer.sign(key, MESSAGE));

        // Also when nobody refuses the old one.
        server.tokens.add("hvs.third");
        setToken("hvs.third");
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        server.tokens.remove("hvs.second");
        done(signer.sign(key, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(value = {"''", "'a token'", "'hvs.é'"})
    void aTokenFileWithoutAToken(String content) throws IOException {
        setToken(content);

        var failed = failure(signer().make(KeyPurpose.ACCESS_TOKEN));

        assertThat(failed.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(failed).hasMessageContaining("no token to be read");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void kubernetesLetsUsInAndTheTokenIsRenewedInTime() throws IOException {
        useKubernetes("tallystick");
        server.leaseSeconds = 30;
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        assertThat(server.logins).hasValue(1);

        nanos.addAndGet(Duration.ofSeconds(21).toNanos());
        done(signer.sign(key, MESSAGE));
        assertThat(server.logins).hasValue(2);

        // A token that was revoked before its time.
        server.tokens.clear();
        done(signer.sign(key, MESSAGE));
        assertThat(server.logins).hasValue(3);
    }

    @Test
    void aRoleThatTheVaultDoesNotKnow() throws IOException {
        useKubernetes("other");

        var failed = failure(signer().make(KeyPurpose.ACCESS_TOKEN));

        assertThat(failed.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(failed).hasMessageContaining("check the role");
    }

    private void useKubernetes(String role) throws IOException {
        settings.remove("token-file");
        settings.put("kubernetes-role", role);
        settings.put(
                "kubernetes-token-file",
                Files.writeString(folder.resolve("account"), "e30.e30.c2ln").toString());
    }

    @Test
    void theNamespaceGoesWithEachRequest() {
        server.namespace = "payments";
        assertThat(failure(signer().make(KeyPurpose.ACCESS_TOKEN)).reason()).isEqualTo(Reason.MISSING);

        settings.put("namespace", "payments");
        done(signer().make(KeyPurpose.ACCESS_TOKEN));
    }

    @Test
    void noMoreIsAskedAtOnceThanMayBeAndTheRestIsRefused() {
        settings.put("max-requests", "2");
        settings.put("max-waiting", "3");
        var signer = signer();
        var key = done(signer.make(KeyPurpose.ACCESS_TOKEN));
        server.troubles.addAll(List.of(Trouble.SLOW, Trouble.SLOW));

        var outcomes = IntStream.range(0, 12)
                .mapToObj(_ -> signer.sign(key, MESSAGE).handle((_, failure) -> failure == null))
                .toList()
                .stream()
                .map(VaultSignerTest::done)
                .toList();

        assertThat(outcomes).filteredOn(ok -> ok).hasSize(5);
        assertThat(server.mostUnderWay.get()).isLessThanOrEqualTo(4);
        // What was refused took nobody's turn.
        done(signer.sign(key, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource({
        "http://vault.example:8200",
        "https://vault.example/v1",
        "https://root@vault.example",
        "ftp://127.0.0.1",
        "vault.example"
    })
    void anAddressThatWouldSendTheTokenInTheClearOrElsewhere(String address) {
        settings.put("address", address);

        assertThatThrownBy(this::signer).hasMessageContaining("tallystick.identity.vault.address");
    }

    @Test
    void needsOneWayToAToken() {
        settings.put("kubernetes-role", "tallystick");
        assertThatThrownBy(this::signer).hasMessageContaining("exactly one");

        settings.remove("kubernetes-role");
        settings.remove("token-file");
        assertThatThrownBy(this::signer).hasMessageContaining("exactly one");
    }
}
