package io.tallystick.devstack.installation;

import io.tallystick.devstack.process.Ports;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the stack listens, as what and how many times the services run, and where they tell their traces.
 *
 * @param ports of every server, none of them 0
 * @param executables whether the services run as native executables, not on a JVM
 * @param otlpEndpoint of a receiver of traces, by OTLP over HTTP; empty: no traces
 * @param replicas processes of each service, 1 to {@value #MOST_REPLICAS}
 * @param previous the checkout from which replicas start and to which they may be rolled back; empty: this one
 * @param brokerApart whether Kafka is a process of its own, which may be killed; it is started again on its data
 */
public record Settings(
        Map<Server, Integer> ports,
        boolean executables,
        String otlpEndpoint,
        int replicas,
        Optional<Path> previous,
        boolean brokerApart) {

    /** What listens, the variable that moves it and its usual port. */
    public enum Server {
        IDENTITY("identity-service", "TALLYSTICK_IDENTITY_PORT", 7101),
        IDENTITY_MANAGEMENT("identity-service's health", "TALLYSTICK_IDENTITY_MANAGEMENT_PORT", 7111),
        METERING("metering-service and gateway", "TALLYSTICK_METERING_PORT", 7102),
        METERING_MANAGEMENT("metering-service's health", "TALLYSTICK_METERING_MANAGEMENT_PORT", 7112),
        BILLING("billing-service", "TALLYSTICK_BILLING_PORT", 7103),
        BILLING_MANAGEMENT("billing-service's health", "TALLYSTICK_BILLING_MANAGEMENT_PORT", 7113),
        MODEL("the model server", "TALLYSTICK_MODEL_PORT", 7104),
        POSTGRES("PostgreSQL", "TALLYSTICK_POSTGRES_PORT", 7132),
        KAFKA("Kafka", "TALLYSTICK_KAFKA_PORT", 7192),
        KAFKA_CONTROLLER("Kafka's controller", "TALLYSTICK_KAFKA_CONTROLLER_PORT", 7193),
        CHAIN("the chain", "TALLYSTICK_CHAIN_PORT", 7145);

        private final String title;
        private final String variable;
        private final int usual;

        Server(String title, String variable, int usual) {
            this.title = title;
            this.variable = variable;
            this.usual = usual;
        }
    }

    /** Gives every server a free port that was not set: for tests, which must not meet a stack that is in use. */
    public static final String PORTS = "TALLYSTICK_PORTS";

    /** {@code yes} runs the services as native executables, {@code no} on a JVM, which is the default. */
    public static final String NATIVE = "TALLYSTICK_NATIVE";

    /** Turns tracing on. */
    public static final String OTLP_ENDPOINT = "TALLYSTICK_OTLP_ENDPOINT";

    /** More than one of each service, behind a balancer on the service's port. */
    public static final String REPLICAS = "TALLYSTICK_REPLICAS";

    /** Folder of another version's checkout, built; replicas start from it. */
    public static final String PREVIOUS = "TALLYSTICK_PREVIOUS";

    /** {@code yes} runs Kafka as a process of its own, {@code no} in the launcher's, which is the default. */
    public static final String BROKER_PROCESS = "TALLYSTICK_BROKER_PROCESS";

    private static final int HIGHEST = 65_535;
    private static final int MOST_REPLICAS = 5;

    public Settings {
        ports = Map.copyOf(ports);
    }

    /**
     * Reads the environment.
     *
     * @throws IllegalArgumentException if a variable has a value that it cannot have
     */
    public static Settings of(Map<String, String> environment) {
        boolean free = environment.getOrDefault(PORTS, "").equals("free");
        var ports = new EnumMap<Server, Integer>(Server.class);
        for (var server : Server.values()) {
            var text = environment.get(server.variable);
            int port = text != null ? parsed(server, text) : free ? 0 : server.usual;
            ports.put(server, port == 0 ? Ports.free() : port);
        }
        var replicas = replicas(environment.getOrDefault(REPLICAS, "1"));
        var previous = Optional.ofNullable(environment.get(PREVIOUS)).map(Path::of);
        if (previous.isPresent() && replicas == 1) {
            throw new IllegalArgumentException(PREVIOUS + " needs " + REPLICAS + " of 2 or more");
        }
        return new Settings(
                ports,
                flag(NATIVE, environment),
                environment.getOrDefault(OTLP_ENDPOINT, ""),
                replicas,
                previous,
                flag(BROKER_PROCESS, environment));
    }

    private static int replicas(String text) {
        try {
            int replicas = Integer.parseInt(text);
            if (replicas >= 1 && replicas <= MOST_REPLICAS) {
                return replicas;
            }
        } catch (NumberFormatException _) {
            // Said below, like a number out of range.
        }
        throw new IllegalArgumentException(REPLICAS + "=" + text + ": 1 to " + MOST_REPLICAS + " expected");
    }

    private static boolean flag(String variable, Map<String, String> environment) {
        var text = environment.getOrDefault(variable, "no");
        return switch (text) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException(variable + "=" + text + ": yes or no expected");
        };
    }

    private static int parsed(Server server, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= HIGHEST) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Said below, like a number out of range.
        }
        throw new IllegalArgumentException(
                server.variable + "=" + text + ": a port from 1 to " + HIGHEST + " expected, or 0 for a free one");
    }

    public int port(Server server) {
        return ports.get(server);
    }

    /** One line for each port that another program listens on, with the variable to change. */
    public List<String> taken() {
        return ports.keySet().stream()
                .sorted()
                .filter(server -> !Ports.isFree(port(server)))
                .map(server ->
                        "port " + port(server) + " of " + server.title + " is taken: stop the program that listens"
                                + " there, or set " + server.variable + " to another port")
                .toList();
    }
}
