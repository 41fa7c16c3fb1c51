/** Everything on one machine without Docker: PostgreSQL, Kafka, a local chain, a model server, the services. */
package io.tallystick.devstack;
