/**
 * Signatures of whole requests (RFC 9421): beside a DPoP proof the other way to prove a key, for callers that want their
 * body signed too.
 */
package io.tallystick.kit.access.proof.signature;
