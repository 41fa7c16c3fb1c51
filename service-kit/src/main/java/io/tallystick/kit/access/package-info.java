/**
 * Who may call: access tokens are checked here, offline, with the keys that identity-service publishes on Kafka.
 *
 * <p>A resource says {@link io.tallystick.kit.access.RequiresScope} and takes a {@link
 * io.tallystick.kit.access.Caller}. When identity-service has not been heard for longer than {@link
 * io.tallystick.kit.access.AccessConfig#maxSilence()}, everything that needs a caller is refused: an answer about
 * rights that may have been withdrawn is worth less than none.
 */
package io.tallystick.kit.access;
