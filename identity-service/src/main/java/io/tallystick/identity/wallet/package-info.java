/**
 * Wallets: which EVM accounts a DID has proved that it holds, so that what they pay is known for its own. What they pay, and
 * whether they hold anything, is not known here.
 */
package io.tallystick.identity.wallet;
