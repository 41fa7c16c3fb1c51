/**
 * Reads the usage log and counts it: each event once, in the one transaction that also moves the log's position on and
 * tells billing.
 */
package io.tallystick.metering.usage.counting;
