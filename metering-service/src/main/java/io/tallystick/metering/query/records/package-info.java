/** The events that were counted, as they were sent: listed, and given away as a stream. Written by whoever counts. */
package io.tallystick.metering.query.records;
