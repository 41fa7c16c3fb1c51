package io.tallystick.billing.chain;

import io.tallystick.billing.BillingStack;
import io.tallystick.devstack.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The service with a chain of its own, with the first of anvil's published keys as signer. */
public class ChainStack extends BillingStack {
    private static final String KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    @Override
    public Map<String, String> start() {
        var config = super.start();
        config.put("tallystick.chain.rpc-url", TestStack.join().freshChain());
        config.put("tallystick.chain.confirmations", "2");
        config.put("tallystick.chain.poll-interval", "50ms");
        config.put("tallystick.settlement.signer-key-file", keyFile().toString());
        config.put("tallystick.settlement.threshold-units", "1000");
        config.put("tallystick.settlement.interval", "100ms");
        config.put("tallystick.settlement.watch-after", "1s");
        return config;
    }

    private static Path keyFile() {
        try {
            var file = Files.createTempFile("signer", ".key");
            file.toFile().deleteOnExit();
            return Files.writeString(file, KEY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
