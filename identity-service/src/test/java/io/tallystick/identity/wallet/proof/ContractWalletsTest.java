package io.tallystick.identity.wallet.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.identity.wallet.proof.ContractWallets.Nodes;
import io.tallystick.identity.wallet.proof.Verdict.Proven;
import io.tallystick.identity.wallet.proof.Verdict.Refused;
import io.tallystick.kit.problem.UnavailableException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A contract that answers anything, and a node that does. */
class ContractWalletsTest {
    private static final Account ACCOUNT = new Account(84532, SignInParserTest.ADDRESS);
    private static final String YES = "\"0x1626ba7e" + "0".repeat(56) + "\"";
    private static final String CODE = "\"0x6000\"";
    private static Vertx vertx;

    private HttpServer node;
    private volatile String asked = "";

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @AfterEach
    void close() {
        if (node != null) {
            node.stop(0);
        }
    }

    private interface Script {
        void answer(HttpExchange exchange) throws IOException;
    }

    private Verdict ask(Script script) throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        node.createContext("/", exchange -> {
            asked = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            script.answer(exchange);
        });
        node.start();
        return ask(Map.of(
                "84532", URI.create("http://127.0.0.1:" + node.getAddress().getPort())));
    }

    private static Verdict ask(Map<String, URI> nodes) {
        return new ContractWallets(vertx, new Nodes(nodes, Duration.ofMillis(700), 65_536))
                .verify(ACCOUNT, new byte[32], new byte[65])
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    private static Script says(String body) {
        return exchange -> {
            var bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    /** @param called the member of the answer to eth_call */
    private static Script chain(String chainId, String code, String called) {
        // In another order, as a node may answer a batch.
        return says("[{\"id\":2,%s},{\"id\":0,\"result\":\"%s\"},{\"id\":1,\"result\":%s}]"
                .formatted(called, chainId, code));
    }

    private Verdict contractSays(String value) throws IOException {
        var verdict = ask(chain("0x14a34", CODE, "\"result\":" + value));
        close();
        return verdict;
    }

    @Test
    void aContractThatSaysYesIsBelieved() throws IOException {
        assertThat(contractSays(YES)).isEqualTo(Proven.BY_CONTRACT);
        assertThat(asked)
                .contains("\"data\":\"0x1626ba7e" + "0".repeat(64) + "0".repeat(62) + "40" + "0".repeat(62) + "41"
                        + "00".repeat(65 + 31) + "\"")
                .contains("\"to\":\"" + ACCOUNT.address() + "\"");
    }

    @Test
    void aContractThatAnswersAnythingElseIsNotBelieved() throws IOException {
        assertThat(contractSays("\"0x\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("\"0xffffffff" + "0".repeat(56) + "\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("\"0x" + "f".repeat(64) + "\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("\"0x" + "0".repeat(63) + "1\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("\"0x1626ba7e\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        // A contract that echoes what it is asked begins with the right word.
        assertThat(contractSays("\"0x1626ba7e" + "0".repeat(64) + "\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("\"0x1626ba7e" + "0".repeat(55) + "1\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("null")).isEqualTo(Refused.CONTRACT_SAID_NO);
        assertThat(contractSays("true")).isEqualTo(Refused.CONTRACT_SAID_NO);
    }

    @Test
    void aContractThatRevertsIsNotBelieved() throws IOException {
        // With the right word as its reason.
        assertThat(ask(chain("0x14a34", CODE, "\"error\":{\"code\":3,\"message\":\"reverted\",\"data\":" + YES + "}")))
                .isEqualTo(Refused.CONTRACT_SAID_NO);
    }

    @Test
    void aHugeAnswerIsNotBelieved() throws IOException {
        assertThat(contractSays("\"0x1626ba7e" + "0".repeat(200_000) + "\"")).isEqualTo(Refused.CONTRACT_SAID_NO);
    }

    @Test
    void anEndlessAnswerIsCutOff() throws IOException {
        assertThat(ask(exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    var part = "0".repeat(8_192).getBytes(UTF_8);
                    while (true) {
                        exchange.getResponseBody().write(part);
                    }
                }))
                .isEqualTo(Refused.CONTRACT_SAID_NO);
    }

    @Test
    void anAnswerThatDripsIsCutOff() {
        var began = System.nanoTime();
        assertThatThrownBy(() -> ask(exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    while (true) {
                        exchange.getResponseBody().write(' ');
                        exchange.getResponseBody().flush();
                        pause();
                    }
                }))
                .isInstanceOf(UnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whereThereIsNoContractNothingIsBelieved() throws IOException {
        // A precompiled contract answers calls and has no code.
        assertThat(ask(chain("0x14a34", "\"0x\"", "\"result\":" + YES))).isEqualTo(Refused.NOT_BY_KEY_AND_NO_CONTRACT);
    }

    @Test
    void aNodeOfAnotherChainIsNotBelieved() {
        assertThatThrownBy(() -> ask(chain("0x1", CODE, "\"result\":" + YES))).isInstanceOf(UnavailableException.class);
    }

    @Test
    void aNodeThatIsAwayOrTalksNonsenseIsAFault() {
        assertThatThrownBy(() -> ask(Map.of("84532", URI.create("http://127.0.0.1:1"))))
                .isInstanceOf(UnavailableException.class);
        for (var body : new String[] {"", "{}", "[]", "[1,2,3]", "nonsense", "[{\"id\":0,\"result\":\"0x14a34\"}]"}) {
            assertThatThrownBy(() -> ask(says(body))).as(body).isInstanceOf(UnavailableException.class);
            close();
        }
        assertThatThrownBy(() -> ask(exchange -> {
                    exchange.sendResponseHeaders(500, -1);
                    exchange.close();
                }))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void aChainWithoutANodeHasNoContractWallets() {
        assertThat(ask(Map.of("1", URI.create("http://127.0.0.1:1")))).isEqualTo(Refused.NOT_BY_KEY_AND_NO_NODE);
    }
}
