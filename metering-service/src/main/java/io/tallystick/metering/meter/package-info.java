/** Which events count, which value of theirs, and how: the tenants' meters and those of the gateway's calls. */
package io.tallystick.metering.meter;
