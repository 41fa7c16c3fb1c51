/** The usage log's write end, and the series that it is counted into. */
package io.tallystick.metering.usage;
