/** The calls that are made to contracts and the answers they give, as bytes. */
package io.tallystick.billing.chain.abi;
