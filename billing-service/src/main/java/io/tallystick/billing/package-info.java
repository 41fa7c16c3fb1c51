/** The billing service; each package below is one feature. */
package io.tallystick.billing;
