/** OTLP over HTTP: what OpenTelemetry's exporters send becomes usage events, of one kind of signal for each tenant. */
package io.tallystick.metering.otlp;
