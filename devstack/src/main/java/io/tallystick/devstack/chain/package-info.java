/** The local EVM chain and the contracts on it. */
package io.tallystick.devstack.chain;
