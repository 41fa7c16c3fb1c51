/** A channel's totals and what may change them. Knows no signatures, no HTTP and no node. */
package io.tallystick.billing.channel;
