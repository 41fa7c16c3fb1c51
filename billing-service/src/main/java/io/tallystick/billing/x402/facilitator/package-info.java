/** x402's facilitator API: verifies and settles for resource servers that are not ours. */
package io.tallystick.billing.x402.facilitator;
