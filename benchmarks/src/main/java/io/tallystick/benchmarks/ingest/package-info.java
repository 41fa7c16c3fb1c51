/**
 * How many usage events metering-service takes in and counts, and what CPU an event costs, beside Kafka's own producer
 * on the same broker.
 */
package io.tallystick.benchmarks.ingest;
