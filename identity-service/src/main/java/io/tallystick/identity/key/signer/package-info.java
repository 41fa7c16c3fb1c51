/**
 * Where private keys are: sealed in the database, or in a Vault. A private half leaves this package in no form that opens
 * without the master key; what leaves is a public key, a handle and signatures that were verified.
 */
package io.tallystick.identity.key.signer;
