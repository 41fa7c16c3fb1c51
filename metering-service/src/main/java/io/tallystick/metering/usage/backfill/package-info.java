/**
 * Counting on a meter what was counted before the meter was there: from the records, in steps, each event once.
 *
 * <p>A record names all series that its event counted on. What it does not name, it did not count on: a step counts
 * those and names them in the record, in one transaction. So a step may be done again, and live counting may go on
 * beside it.
 */
package io.tallystick.metering.usage.backfill;
