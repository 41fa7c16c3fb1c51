/** What was used: totals by window, subject and dimension, and readings. */
package io.tallystick.metering.query;
