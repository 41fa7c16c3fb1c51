/** The chain: reading contracts, and sending each transaction until it is final. */
package io.tallystick.billing.chain;
