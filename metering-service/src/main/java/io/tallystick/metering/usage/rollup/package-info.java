/**
 * What is kept beside the series: cells of meters that are only looked at, and minutes. Net of what was voided, written in
 * the transaction that counts, and never told to anyone else.
 */
package io.tallystick.metering.usage.rollup;
