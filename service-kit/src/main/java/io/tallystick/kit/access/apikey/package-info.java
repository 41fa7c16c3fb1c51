/**
 * API keys: how their text is made and read, and which hold. Knows neither who asks nor where it heard of them; that is
 * {@link io.tallystick.kit.access}'s to know.
 */
package io.tallystick.kit.access.apikey;
