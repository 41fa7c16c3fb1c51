/** The scheme {@code exact}: one EIP-3009 transfer for one call. */
package io.tallystick.billing.x402.exact;
