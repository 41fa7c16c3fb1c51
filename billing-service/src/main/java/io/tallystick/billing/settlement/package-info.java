/** When vouchers are claimed, and what became of it. */
package io.tallystick.billing.settlement;
