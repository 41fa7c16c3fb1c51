/**
 * What was read on identity-service's topics: how far each goes, which keys sign access tokens, and which DIDs lost their
 * access or have a new version. Who feeds them has checked who says it; none is safe for several threads. They know
 * nothing of access tokens; that is {@link io.tallystick.kit.access}'s to know.
 */
package io.tallystick.kit.access.topic;
