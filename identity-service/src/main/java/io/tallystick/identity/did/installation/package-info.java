/**
 * The installation's own DID, {@code did:web} of its domain: what it says of others is signed with a key that stands there.
 */
package io.tallystick.identity.did.installation;
