/** The identity service; each package below is one feature. */
package io.tallystick.identity;
