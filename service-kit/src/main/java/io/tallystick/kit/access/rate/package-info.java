/**
 * How often a tenant and an API key may call. Counted after the caller is known, so that nobody uses up another's share;
 * in each instance by itself, so that no request waits for another machine.
 */
package io.tallystick.kit.access.rate;
