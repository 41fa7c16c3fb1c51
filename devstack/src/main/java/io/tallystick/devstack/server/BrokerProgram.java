package io.tallystick.devstack.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A broker in a process of its own, so that it can be killed, and its CPU time be told apart. Started again on its folder
 * it has what it had. Ends when its standard input does: with the process that started it.
 */
public final class BrokerProgram {

    private BrokerProgram() {}

    /**
     * What is to follow a JVM's options.
     *
     * @param ready the port that answers 200 once all is ready
     */
    public static List<String> arguments(String classPath, Path data, int port, int controllerPort, int ready) {
        return List.of(
                "-cp",
                classPath,
                BrokerProgram.class.getName(),
                data.toString(),
                Integer.toString(port),
                Integer.toString(controllerPort),
                Integer.toString(ready));
    }

    /** @param arguments as {@link #arguments} has them, after the class */
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        var broker = KafkaBroker.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
        answerOn(Integer.parseInt(arguments[3]));
        awaitEndOfInput();
        System.exit(0);
    }

    private static void answerOn(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
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
