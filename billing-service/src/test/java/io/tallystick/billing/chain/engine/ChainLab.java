package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.engine.TransactionStore.Lease;
import io.tallystick.billing.chain.rpc.ContractReads;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.chain.rpc.JsonRpcNode;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.curve.Signatures;
import io.tallystick.devstack.TestStack;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** A chain and a database of a test's own, the engine between them, and a clock that the test moves. */
public final class ChainLab implements AutoCloseable {
    public static final Secp256k1 SECP256K1 = Signatures.fastest();
    /** The first of anvil's published accounts. */
    public static final PrivateKey SIGNER_KEY =
            PrivateKey.parse("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

    public static final PrivateKey PAYER_KEY =
            PrivateKey.parse("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    public static final Address SIGNER = SECP256K1.address(SIGNER_KEY);
    public static final Address PAYER = SECP256K1.address(PAYER_KEY);
    public static final Duration LEASE = Duration.ofSeconds(30);

    private static String chain = "";
    private static Object untouched = "";

    private final Vertx vertx = Vertx.vertx();
    public final ChainConfig config;
    public final DataSource database;
    public final JsonRpc rpc;
    public final JsonRpcNode node;
    public final ContractReads contracts;
    public final PostgresTransactionStore store;
    public final MovableClock clock = new MovableClock();
    public final List<String> stuck = new ArrayList<>();
    public final List<String> moves = new ArrayList<>();

    public ChainLab(int confirmations) {
        var stack = TestStack.join();
        database = database(stack);
        config = config(chain(stack), confirmations);
        rpc = new JsonRpc(vertx, config);
        node = new JsonRpcNode(rpc, config);
        contracts = new ContractReads(rpc);
        store = new PostgresTransactionStore(database, config.id(), SIGNER);
        rollBack();
    }

    /** One chain for all labs of the JVM: they follow one another, and each begins where the first began. */
    private static synchronized String chain(TestStack stack) {
        if (chain.isEmpty()) {
            chain = stack.freshChain();
        }
        return chain;
    }

    private void rollBack() {
        if (!untouched.equals("")) {
            ask("evm_revert", untouched);
        }
        untouched = ask("evm_snapshot");
        automine(true);
    }

    private static DataSource database(TestStack stack) {
        var url = stack.postgresJdbcUrl(stack.createDatabase());
        var source = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (_, _, _) -> DriverManager.getConnection(url, stack.user(), stack.password()));
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            for (var migration : List.of("V300__chain_transaction", "V310__intents_of_a_chain")) {
                statement.execute(Files.readString(
                        Path.of("src/main/resources/db/migration", migration + ".sql"), StandardCharsets.UTF_8));
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
        return source;
    }

    /** A worker as after a start of the process: it knows nothing but what is stored. */
    public Engine engine(Faults faults) {
        return engine(SIGNER_KEY, faults);
    }

    public Engine engine(PrivateKey key, Faults faults) {
        var patience = new Patience(Duration.ofSeconds(15), Duration.ofSeconds(45), config.feeCapWei());
        var rules = new Engine.Rules(patience, config.confirmations(), false, config.tipWei());
        var raw = new RawTransactions(config.id(), key, SECP256K1);
        return new Engine(node, store, raw, rules, clock, faults, new Engine.Listener() {
            @Override
            public void changed(Transaction before, TransactionState after) {
                moves.add(before.state().word() + " " + after.word());
            }

            @Override
            public void stuck(Transaction transaction, String why) {
                stuck.add(why);
            }
        });
    }

    public Lease lease(String holder) {
        return store.lease(holder, LEASE).orElseThrow();
    }

    public Transaction submit(String key, Call call) {
        return store.add(new Intent(key, call), clock.instant());
    }

    public Transaction stored(String key) {
        return store.find(List.of(key)).getFirst();
    }

    /** Turns of the engine until {@code done}, each with a new block. */
    public void workUntil(Engine engine, Lease lease, BooleanSupplier done) {
        for (int turn = 0; turn < 40; turn++) {
            engine.work(lease);
            if (done.getAsBoolean()) {
                return;
            }
            mine(1);
        }
        throw new AssertionError("not done after 40 turns: " + moves);
    }

    public Object ask(String method, Object... params) {
        return switch (rpc.ask(List.of(JsonRpc.Request.of(method, params)))
                .await()
                .indefinitely()
                .getFirst()) {
            case JsonRpc.Answer.Result(var value) -> value == null ? "null" : value;
            case JsonRpc.Answer.Refusal(var code, var message, var _) ->
                throw new AssertionError(method + ": " + code + " " + message);
        };
    }

    public void mine(int blocks) {
        ask("anvil_mine", "0x" + Integer.toHexString(blocks));
    }

    /** Whether the chain makes a block for each transaction. */
    public void automine(boolean on) {
        ask("evm_setAutomine", on);
    }

    /** Sends as a stranger with the signer's key would: past the engine. */
    public void sendAsStranger(long nonce, Call call) {
        var fees = new Fees(BigInteger.valueOf(50_000_000_000L), BigInteger.valueOf(2_000_000_000L));
        var attempt = new RawTransactions(config.id(), SIGNER_KEY, SECP256K1)
                .sign(call, nonce, fees, 100_000, clock.instant());
        ask("eth_sendRawTransaction", attempt.raw());
    }

    /** Sends from an account of the chain's own, for a fee that puts it first in its block. */
    public void sendFromAnotherAccount(Call call) {
        ask(
                "eth_sendTransaction",
                new JsonObject()
                        .put("from", "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc")
                        .put("to", call.to().hex())
                        .put("data", call.data())
                        .put("gas", "0x30d40")
                        .put("maxFeePerGas", "0x174876e800")
                        .put("maxPriorityFeePerGas", "0x12a05f200"));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    public static ChainConfig config(String rpcUrl, int confirmations) {
        return (ChainConfig) Proxy.newProxyInstance(
                ChainConfig.class.getClassLoader(),
                new Class<?>[] {ChainConfig.class},
                (_, method, _) -> values(rpcUrl, confirmations).get(method.getName()));
    }

    private static Map<String, Object> values(String rpcUrl, int confirmations) {
        return Map.of(
                "rpcUrl",
                URI.create(rpcUrl),
                "id",
                84532L,
                "asset",
                "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
                "escrow",
                "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003",
                "confirmations",
                confirmations,
                "rpcTimeout",
                Duration.ofSeconds(5),
                "rpcMaxBatch",
                20,
                "rpcMaxAnswerBytes",
                4 << 20,
                "tipWei",
                BigInteger.valueOf(1_000_000),
                "feeCapWei",
                BigInteger.valueOf(100_000_000_000L));
    }

    /** The real time, moved forward when the test says so. */
    public static final class MovableClock extends Clock {
        private Duration ahead = Duration.ZERO;

        public void forward(Duration by) {
            ahead = ahead.plus(by);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("always UTC");
        }
    }
}
