/** Who does the arithmetic of secp256k1: the native library, or Java where there is none. */
package io.tallystick.billing.signature.curve;
