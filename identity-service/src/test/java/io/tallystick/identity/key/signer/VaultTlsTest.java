package io.tallystick.identity.key.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token goes to the Vault whose certificate we trust, and to nobody else. */
class VaultTlsTest {
    private static final String PASSWORD = "not-a-secret";

    @TempDir
    private static Path folder;

    private static Vertx vertx;
    private static TransitServer server;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=vault", "-ext", "san=dns:localhost");
        keytool("-exportcert", "-rfc", "-file", folder.resolve("vault.pem").toString());
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve("vault.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var https = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context));
        server = new TransitServer(https);
        Files.writeString(folder.resolve("token"), TransitServer.TOKEN);
    }

    private static void keytool(String... arguments) throws Exception {
        var all = Stream.of(
                        List.of(Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString()),
                        List.of(arguments),
                        List.of(
                                "-alias",
                                "vault",
                                "-keystore",
                                folder.resolve("vault.p12").toString()),
                        List.of("-storepass", PASSWORD))
                .flatMap(List::stream)
                .toList();
        var process = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor()).as("keytool").isZero();
    }

    @AfterAll
    static void stop() {
        server.close();
        vertx.close();
    }

    private static void make(String host, Map<String, String> more) {
        var properties = new HashMap<>(more);
        properties.put("tallystick.identity.vault.address", "https://" + host + ":" + server.port());
        properties.put(
                "tallystick.identity.vault.token-file", folder.resolve("token").toString());
        properties.put("tallystick.identity.vault.timeout", "5s");
        var config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withConverter(Duration.class, 200, text -> Duration.parse("PT" + text))
                .withMapping(SignerConfig.class)
                .build()
                .getConfigMapping(SignerConfig.class)
                .vault();
        var http = new VaultHttp(vertx, config);
        try {
            new VaultSigner(http, config, System::nanoTime)
                    .make(KeyPurpose.RECEIPT)
                    .toCompletableFuture()
                    .join();
        } finally {
            http.stop();
        }
    }

    private static Map<String, String> trusted() {
        return Map.of(
                "tallystick.identity.vault.certificate-file",
                folder.resolve("vault.pem").toString());
    }

    @Test
    void aVaultWhoseCertificateIsTrusted() {
        int before = server.requests.size();

        make("localhost", trusted());

        assertThat(server.requests).hasSizeGreaterThan(before);
    }

    @Test
    void aCertificateThatNobodyVouchesFor() {
        int before = server.requests.size();

        assertThatThrownBy(() -> make("localhost", Map.of())).hasMessageContaining("certificate");
        assertThat(server.requests).hasSize(before);
    }

    @Test
    void aCertificateForAnotherName() {
        int before = server.requests.size();

        assertThatThrownBy(() -> make("127.0.0.1", trusted())).hasMessageContaining("certificate");
        assertThat(server.requests).hasSize(before);
    }
}
