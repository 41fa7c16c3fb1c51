/** Usage events over HTTP, into the usage log. */
package io.tallystick.metering.usage.ingest;
