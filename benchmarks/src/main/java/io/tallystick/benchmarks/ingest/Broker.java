package io.tallystick.benchmarks.ingest;

import io.tallystick.devstack.server.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A broker in a process of its own, so that its CPU time is told apart. Ends when its standard input does: with the
 * process that started it.
 */
final class Broker {

    private Broker() {}

    /** @param arguments the new data folder, the port and the controller's port */
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        var broker = KafkaBroker.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
        awaitEndOfInput();
        System.exit(0);
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Whatever is written there is not for us.
            }
        } catch (IOException _) {
            // As good as its end.
        }
    }
}
