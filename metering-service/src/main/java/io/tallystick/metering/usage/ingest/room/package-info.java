/** How much of requests' bodies is held at once, and who waits for room. Knows no events. */
package io.tallystick.metering.usage.ingest.room;
