/** Holds as they are stored, taken in turn, and ended. */
package io.tallystick.billing.payment.hold;
