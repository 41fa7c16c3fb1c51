/**
 * DIDs of accounts on EVM chains (did:ethr): read from the registry of ERC-1056 through nodes that the operator names. What
 * a node answers is believed as far as it can be what was asked for, and everything has a bound.
 */
package io.tallystick.identity.did.ethr;
