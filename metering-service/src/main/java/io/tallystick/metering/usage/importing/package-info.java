/** Back-fills: usage of before, in CSV or lines of JSON, under an id that is remembered for ever. */
package io.tallystick.metering.usage.importing;
