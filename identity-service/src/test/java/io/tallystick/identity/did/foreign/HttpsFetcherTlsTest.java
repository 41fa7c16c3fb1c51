package io.tallystick.identity.did.foreign;

import static io.tallystick.identity.did.foreign.StrangersServer.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.foreign.Fetcher.DidFile;
import io.tallystick.identity.did.foreign.Fetcher.Fetched;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Found;
import io.tallystick.identity.did.foreign.Fetcher.Fetched.Unreachable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection goes to the address that was checked, the certificate is for the name that the DID says. */
class HttpsFetcherTlsTest {
    private static final String PASSWORD = "not-a-secret";

    @TempDir
    private static Path folder;

    private static final List<String> NAMES = new CopyOnWriteArrayList<>();
    private static Vertx vertx;
    private static StrangersServer server;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        var store = folder.resolve("a.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=a.example",
                        "-ext",
                        "san=dns:a.example",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).as("keytool").isZero();
        server = new StrangersServer(listen(store), content("application/json", "{}"));
    }

    private static SSLServerSocket listen(Path store) throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var socket = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var parameters = socket.getSSLParameters();
        parameters.setSNIMatchers(List.of(new SNIMatcher(0) {
            @Override
            public boolean matches(SNIServerName name) {
                return NAMES.add(new SNIHostName(name.getEncoded()).getAsciiName());
            }
        }));
        socket.setSSLParameters(parameters);
        return socket;
    }

    @AfterAll
    static void stop() {
        server.close();
        vertx.close();
    }

    private static Fetched fetch(String host, boolean trusted) {
        var bounds = new FetchBounds(Set.of(server.port()), true, false, Duration.ofSeconds(5), 1, 1);
        var options = new HttpClientOptions();
        if (trusted) {
            options.setTrustOptions(
                    new PfxOptions().setPath(folder.resolve("a.p12").toString()).setPassword(PASSWORD));
        }
        HostNames names = _ -> List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        var fetcher = new HttpsFetcher(vertx, bounds, names, options);
        try {
            return fetcher.fetch(new Place(host, server.port(), "/.well-known/"), DidFile.DOCUMENT)
                    .toCompletableFuture()
                    .join();
        } finally {
            fetcher.stop();
        }
    }

    @Test
    void asksTheCheckedAddressUnderTheNameOfTheDid() {
        NAMES.clear();

        assertThat(fetch("a.example", true)).isEqualTo(new Found("{}"));
        assertThat(NAMES).containsExactly("a.example");
    }

    @Test
    void aCertificateForAnotherName() {
        int before = server.heads().size();

        assertThat(fetch("b.example", true)).isInstanceOf(Unreachable.class);
        assertThat(server.heads()).hasSize(before);
    }

    @Test
    void aCertificateThatNobodyVouchesFor() {
        int before = server.heads().size();

        assertThat(fetch("a.example", false)).isInstanceOf(Unreachable.class);
        assertThat(server.heads()).hasSize(before);
    }
}
