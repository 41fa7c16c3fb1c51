/** The HTTP binding of DID Resolution: what is asked of a DID or a DID URL, and in which form it is answered. */
package io.tallystick.identity.did.resolution;
