/**
 * What the installation says of a tenant's identities, for those who do not ask it: verifiable credentials, and whether it
 * still says so.
 */
package io.tallystick.identity.credential;
