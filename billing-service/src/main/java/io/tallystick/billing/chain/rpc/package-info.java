/** JSON-RPC to a node: a dozen methods, each bounded in time and size. */
package io.tallystick.billing.chain.rpc;
