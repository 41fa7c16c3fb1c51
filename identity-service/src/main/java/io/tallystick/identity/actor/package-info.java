/** Who acts, told to the database, which writes the audit log. */
package io.tallystick.identity.actor;
