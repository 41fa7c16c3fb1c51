/**
 * DIDs that others publish: their files are fetched from where a stranger's DID leads, so nothing is believed, neither
 * the name nor the address behind it nor what comes from there, and everything has a bound.
 */
package io.tallystick.identity.did.foreign;
