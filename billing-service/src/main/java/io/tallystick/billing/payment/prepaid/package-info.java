/**
 * Calls of callers that their gateway knows: paid from channels on which the payer has signed a total ahead.
 *
 * <p>Owns whose channels and which grants a caller may spend from. Whether there is room is the channel's to say and the
 * budgets'; who calls was found out at the gateway.
 */
package io.tallystick.billing.payment.prepaid;
