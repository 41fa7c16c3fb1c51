/**
 * Spend grants: what a client signs so that an agent may spend for it, within limits, and pass on less than it has. Who
 * gave what to whom is kept here; what was spent is not known here.
 */
package io.tallystick.identity.grant;
