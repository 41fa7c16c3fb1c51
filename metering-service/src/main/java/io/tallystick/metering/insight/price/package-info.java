/** What a provider pays for what its clients use, from which hour on. */
package io.tallystick.metering.insight.price;
