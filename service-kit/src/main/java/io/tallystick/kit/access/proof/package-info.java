/**
 * Proofs of a key: who calls with an access token that is bound to a key (RFC 7800, {@code cnf}) shows with each request
 * that it holds that key, by DPoP (RFC 9449) or by a signature of the request (RFC 9421).
 *
 * <p>A proof is for one request, is good for about a minute, and is taken once ({@link
 * io.tallystick.kit.access.proof.UsedProofs}). That it was not made long before it came, a {@link
 * io.tallystick.kit.access.proof.Nonces nonce} of identity-service shows, which is the same in all services and instances.
 */
package io.tallystick.kit.access.proof;
