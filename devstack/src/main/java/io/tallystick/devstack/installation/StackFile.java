package io.tallystick.devstack.installation;

import static io.tallystick.devstack.installation.Settings.Server.BILLING;
import static io.tallystick.devstack.installation.Settings.Server.BILLING_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.CHAIN;
import static io.tallystick.devstack.installation.Settings.Server.IDENTITY;
import static io.tallystick.devstack.installation.Settings.Server.IDENTITY_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.KAFKA;
import static io.tallystick.devstack.installation.Settings.Server.METERING;
import static io.tallystick.devstack.installation.Settings.Server.METERING_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.MODEL;
import static io.tallystick.devstack.installation.Settings.Server.POSTGRES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.devstack.chain.Anvil;
import io.tallystick.devstack.installation.Settings.Server;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.server.PostgresServer;
import java.util.Map;

/** What a program needs to use a running stack: addresses, process numbers, where keys and logs lie. */
final class StackFile {

    static final String NAME = "stack.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private StackFile() {}

    static String text(
            RunFolder folder, Settings settings, Keys keys, Programs programs, Map<String, ServiceProcess> services)
            throws JsonProcessingException {
        var file = JsonNodeFactory.instance.objectNode();
        file.putObject("launcher").put("pid", ProcessHandle.current().pid());
        service(file, "identity", programs, IDENTITY, IDENTITY_MANAGEMENT, services.get("identity-service"));
        service(file, "metering", programs, METERING, METERING_MANAGEMENT, services.get("metering-service"));
        service(file, "billing", programs, BILLING, BILLING_MANAGEMENT, services.get("billing-service"));
        file.putObject("gateway")
                .put("url", programs.url(METERING))
                .put("did", keys.gateway().did());
        file.putObject("model")
                .put("url", programs.url(MODEL))
                .put("pid", services.get("model server").pid());
        postgres(file.putObject("postgres"), settings.port(POSTGRES));
        file.putObject("kafka").put("bootstrapServers", "127.0.0.1:" + settings.port(KAFKA));
        file.putObject("chain").put("rpcUrl", programs.url(CHAIN)).put("id", Anvil.CHAIN_ID);
        file.put("tenant", Programs.TENANT);
        file.putObject("operator")
                .put("did", keys.operator().did())
                .put("keyFile", keys.operator().file().toString());
        file.putObject("settlement").put("address", keys.settlement().address());
        file.put("logs", folder.path().resolve("logs").toString());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n";
    }

    private static void service(
            ObjectNode file, String name, Programs programs, Server server, Server management, ServiceProcess process) {
        var entry = file.putObject(name)
                .put("url", programs.url(server))
                .put("managementUrl", programs.url(management))
                .put("pid", process.pid())
                .put("log", process.log().toString());
        process.lastExit().ifPresent(code -> entry.put("lastExit", code));
    }

    private static void postgres(ObjectNode postgres, int port) {
        postgres.put("host", "127.0.0.1")
                .put("port", port)
                .put("user", PostgresServer.USER)
                .put("password", PostgresServer.USER);
        postgres.putArray("databases").add("identity").add("metering").add("billing");
    }
}
