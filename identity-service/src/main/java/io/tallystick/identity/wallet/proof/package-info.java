/**
 * How the holder of an EVM account proves it: what is to be signed, as a text (EIP-4361) and as typed data (EIP-712), and
 * whether a signature is the account's. Knows no tenant's rows.
 */
package io.tallystick.identity.wallet.proof;
