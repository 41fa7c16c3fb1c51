/** What a role lets its holder do in which service. */
package io.tallystick.identity.did.role;
