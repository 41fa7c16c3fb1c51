package io.tallystick.devstack.installation;

import io.tallystick.devstack.installation.Settings.Server;

/** The three services. */
public enum Service {
    IDENTITY("identity", Server.IDENTITY, Server.IDENTITY_MANAGEMENT),
    METERING("metering", Server.METERING, Server.METERING_MANAGEMENT),
    BILLING("billing", Server.BILLING, Server.BILLING_MANAGEMENT);

    private final String database;
    private final Server server;
    private final Server management;

    Service(String database, Server server, Server management) {
        this.database = database;
        this.server = server;
        this.management = management;
    }

    /** Of the module, the jar and the process. */
    public String title() {
        return database + "-service";
    }

    /** Its database; the service's name in {@code stack.json}, too. */
    String database() {
        return database;
    }

    /** Where everybody finds it: itself, or the balancer in front of its replicas. */
    public Server server() {
        return server;
    }

    /** Where its health is while it is one process. */
    public Server management() {
        return management;
    }
}
