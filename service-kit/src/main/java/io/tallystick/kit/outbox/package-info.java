/**
 * Events that leave with the transaction that made them true, and the topics that they leave on.
 *
 * <p>A row is written in the caller's transaction; one relay of the service sends it and deletes it once Kafka has it.
 * So an event is sent at least once, never without its transaction, and a newer total replaces one still waiting.
 */
package io.tallystick.kit.outbox;
