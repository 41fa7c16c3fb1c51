package io.tallystick.devstack.chain;

import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The contracts of {@code contracts/}, placed on a chain by the script there. */
public final class Contracts {

    private static final Duration BUILD = Duration.ofMinutes(3);
    private static final Duration PLACE = Duration.ofMinutes(1);

    private Contracts() {}

    /** Builds them first when they were not. */
    public static void place(Checkout checkout, String rpcUrl, Path log) throws IOException, InterruptedException {
        var folder = checkout.contracts();
        if (!Files.isDirectory(folder.resolve("out"))) {
            ChildProcess.run("npm run build (contracts)", List.of("npm", "run", "build"), folder, log, BUILD);
        }
        var place = List.of("node", "place.mjs", "--rpc", rpcUrl);
        ChildProcess.run("node place.mjs (contracts)", place, folder, log, PLACE);
    }
}
