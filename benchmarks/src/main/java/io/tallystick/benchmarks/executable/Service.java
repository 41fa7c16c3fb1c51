package io.tallystick.benchmarks.executable;

import io.tallystick.devstack.installation.Settings.Server;

/** What is measured, by its name and where it listens. */
enum Service {
    IDENTITY("identity-service", Server.IDENTITY, Server.IDENTITY_MANAGEMENT),
    METERING("metering-service", Server.METERING, Server.METERING_MANAGEMENT),
    BILLING("billing-service", Server.BILLING, Server.BILLING_MANAGEMENT);

    private final String title;
    private final Server server;
    private final Server management;

    Service(String title, Server server, Server management) {
        this.title = title;
        this.server = server;
        this.management = management;
    }

    String title() {
        return title;
    }

    Server server() {
        return server;
    }

    Server management() {
        return management;
    }
}
