/** Whole token units, what they count, and what usage costs in them. Knows no accounts and no chain. */
package io.tallystick.billing.money;
