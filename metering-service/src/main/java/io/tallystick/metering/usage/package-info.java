/** The usage log, and the one transaction that turns what is in it into series. */
package io.tallystick.metering.usage;
