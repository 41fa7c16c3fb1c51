/** Double entry: what moved, from whom to whom, once. Knows no prices, no vouchers and no chain. */
package io.tallystick.billing.ledger;
