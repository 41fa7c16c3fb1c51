/** What the registry of ERC-1056 says: its words, its logs, and what they mean for a DID. Asks nobody. */
package io.tallystick.identity.did.ethr.registry;
