/** What was acknowledged and could not be counted, for the tenants to see and put right. */
package io.tallystick.metering.deadletter;
