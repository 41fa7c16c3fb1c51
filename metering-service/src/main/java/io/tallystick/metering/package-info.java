/** The metering service; each package below is one feature. */
package io.tallystick.metering;
