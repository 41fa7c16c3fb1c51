/** Authorize, capture and void of one paid call, whatever scheme pays it. */
package io.tallystick.billing.payment;
