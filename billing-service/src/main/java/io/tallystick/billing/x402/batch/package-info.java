/** The scheme {@code batch-settlement}: deposits, vouchers and refunds of channels. */
package io.tallystick.billing.x402.batch;
