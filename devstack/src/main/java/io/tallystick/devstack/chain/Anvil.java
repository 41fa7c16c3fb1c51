package io.tallystick.devstack.chain;

import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.ChildProcess;
import io.tallystick.devstack.process.Reaper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A local EVM chain from Foundry, in memory. */
public final class Anvil implements AutoCloseable {

    /** Base Sepolia's, because payment clients know their networks by it. */
    public static final int CHAIN_ID = 84532;

    private static final String HUNDRED_ETHER = "0x56bc75e2d63100000";
    private static final Duration START = Duration.ofSeconds(30);

    private final ChildProcess process;
    private final String url;

    private Anvil(ChildProcess process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * When a chain makes blocks.
     *
     * <p>{@code ON_TRANSACTION}: one for each transaction, and when asked to. {@code EACH_SECOND}: besides, so that a
     * transaction gets confirmations without anybody asking.
     */
    public enum Mining {
        ON_TRANSACTION,
        EACH_SECOND
    }

    /**
     * Starts a chain and waits until it answers.
     *
     * @param folder of the run; the log goes there, and the process is known by it
     */
    public static Anvil start(Checkout checkout, Path folder, String name, int port, Mining mining, Reaper reaper)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                binary(checkout).toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--chain-id",
                Integer.toString(CHAIN_ID),
                // The tag "finalized" then is two blocks behind, not 64.
                "--slots-in-an-epoch",
                "1",
                "--cache-path",
                folder.resolve(name).toString()));
        if (mining == Mining.EACH_SECOND) {
            command.addAll(List.of("--block-time", "1", "--mixed-mining"));
        }
        var process = ChildProcess.start(name, command, Map.of(), folder.resolve(name + ".log"), reaper);
        var anvil = new Anvil(process, "http://127.0.0.1:" + port);
        anvil.await();
        return anvil;
    }

    /** The executable of the npm package for this platform. */
    private static Path binary(Checkout checkout) {
        var system = System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
        var machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        var name = "anvil-" + system + "-" + machine;
        var binary = checkout.contracts().resolve("node_modules/@foundry-rs/" + name + "/bin/anvil");
        if (!Files.isExecutable(binary)) {
            throw new IllegalStateException("anvil is not installed: run \"npm ci\" in contracts/" + " (no executable "
                    + checkout.root().relativize(binary) + ")");
        }
        return binary;
    }

    private void await() throws IOException, InterruptedException {
        var rpc = new JsonRpc(url);
        var end = System.nanoTime() + START.toNanos();
        while (true) {
            process.requireAlive();
            try {
                rpc.call("eth_chainId");
                process.requireAlive();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    process.close();
                    throw process.failure("did not answer: " + e.getMessage());
                }
                Thread.sleep(50);
            }
        }
    }

    /** Gives an account ether for the gas of a few hundred thousand claims. */
    public void fuel(String account) throws IOException, InterruptedException {
        new JsonRpc(url).call("anvil_setBalance", account, HUNDRED_ETHER);
    }

    public String url() {
        return url;
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}
