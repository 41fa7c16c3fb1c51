package io.tallystick.devstack.installation;

/** A process of a service, and where it listens itself. */
record Replica(ServiceProcess process, int port, int managementPort) {}
