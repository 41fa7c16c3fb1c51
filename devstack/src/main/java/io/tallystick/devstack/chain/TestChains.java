package io.tallystick.devstack.chain;

import io.tallystick.devstack.chain.Anvil.Mining;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Ports;
import io.tallystick.devstack.process.Reaper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The chains of a test stack: one that all tests share, and new ones for who asks. Started when first asked for. */
public final class TestChains implements AutoCloseable {

    /** Tests that need more forgot to share. */
    private static final int MOST = 16;

    private final Checkout checkout;
    private final Path folder;
    private final Reaper reaper;
    private final List<Anvil> chains = new ArrayList<>();
    private String shared = "";

    public TestChains(Checkout checkout, Path folder, Reaper reaper) {
        this.checkout = checkout;
        this.folder = folder;
        this.reaper = reaper;
    }

    public synchronized String shared() throws IOException, InterruptedException {
        if (shared.isEmpty()) {
            shared = fresh();
        }
        return shared;
    }

    public synchronized String fresh() throws IOException, InterruptedException {
        if (chains.size() == MOST) {
            throw new IllegalStateException("a test stack has at most " + MOST + " chains");
        }
        var name = "anvil-" + chains.size();
        var anvil = Anvil.start(checkout, folder, name, Ports.free(), Mining.ON_TRANSACTION, reaper);
        chains.add(anvil);
        Contracts.place(checkout, anvil.url(), folder.resolve(name + "-contracts.log"));
        return anvil.url();
    }

    @Override
    public synchronized void close() {
        chains.forEach(Anvil::close);
    }
}
