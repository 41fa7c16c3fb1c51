/** What OpenTelemetry's exporters send, as far as it tells of usage: spans and points of counters. */
package io.tallystick.metering.otlp.signal;
