/** Who signed what: EIP-712 digests, and secp256k1 signatures made and recovered. */
package io.tallystick.billing.signature;
