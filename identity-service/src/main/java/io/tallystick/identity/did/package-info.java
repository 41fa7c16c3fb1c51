/**
 * DIDs: reading and resolving them, and whose DID may do what for which tenant. A DID's private key stays with its
 * holder; nothing here ever sees one.
 */
package io.tallystick.identity.did;
