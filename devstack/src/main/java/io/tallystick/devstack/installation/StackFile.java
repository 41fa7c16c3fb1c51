package io.tallystick.devstack.installation;

import static io.tallystick.devstack.installation.Settings.Server.CHAIN;
import static io.tallystick.devstack.installation.Settings.Server.KAFKA;
import static io.tallystick.devstack.installation.Settings.Server.METERING;
import static io.tallystick.devstack.installation.Settings.Server.MODEL;
import static io.tallystick.devstack.installation.Settings.Server.POSTGRES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.devstack.chain.Anvil;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.server.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a program needs to use a running stack: addresses, process numbers, where keys and logs lie. */
final class StackFile {

    static final String NAME = "stack.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private StackFile() {}

    static String text(
            RunFolder folder,
            Settings settings,
            Keys keys,
            Programs programs,
            ServiceProcess model,
            Optional<ServiceProcess> broker,
            Map<Service, List<Replica>> services,
            Optional<String> control)
            throws JsonProcessingException {
        var file = JsonNodeFactory.instance.objectNode();
        var launcher =
                file.putObject("launcher").put("pid", ProcessHandle.current().pid());
        control.ifPresent(url -> launcher.put("control", url));
        settings.previous().ifPresent(build -> launcher.put("previous", build.toString()));
        services.forEach((service, replicas) ->
                service(file.putObject(service.database()).put("url", programs.url(service.server())), replicas));
        file.putObject("gateway")
                .put("url", programs.url(METERING))
                .put("did", keys.gateway().did());
        file.putObject("model").put("url", programs.url(MODEL)).put("pid", model.pid());
        postgres(file.putObject("postgres"), settings.port(POSTGRES));
        var kafka = file.putObject("kafka").put("bootstrapServers", "127.0.0.1:" + settings.port(KAFKA));
        broker.ifPresent(process -> kafka.put("pid", process.pid()));
        file.putObject("chain").put("rpcUrl", programs.url(CHAIN)).put("id", Anvil.CHAIN_ID);
        file.put("tenant", Programs.TENANT);
        file.putObject("operator")
                .put("did", keys.operator().did())
                .put("keyFile", keys.operator().file().toString());
        file.putObject("settlement").put("address", keys.settlement().address());
        file.put("logs", folder.path().resolve("logs").toString());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n";
    }

    /** The process that runs longest stands for all in the entry itself. */
    private static void service(ObjectNode entry, List<Replica> replicas) {
        replicas.stream().findFirst().ifPresent(first -> process(entry, first));
        var list = entry.putArray("replicas");
        replicas.forEach(replica -> process(list.addObject().put("url", url(replica.port())), replica));
    }

    private static void process(ObjectNode entry, Replica replica) {
        entry.put("managementUrl", url(replica.managementPort()))
                .put("pid", replica.process().pid())
                .put("log", replica.process().log().toString());
        replica.process().lastExit().ifPresent(code -> entry.put("lastExit", code));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static void postgres(ObjectNode postgres, int port) {
        postgres.put("host", "127.0.0.1")
                .put("port", port)
                .put("user", PostgresServer.USER)
                .put("password", PostgresServer.USER);
        postgres.putArray("databases").add("identity").add("metering").add("billing");
    }
}
