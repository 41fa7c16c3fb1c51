/** How long anything waits for PostgreSQL. */
package io.tallystick.kit.database;
