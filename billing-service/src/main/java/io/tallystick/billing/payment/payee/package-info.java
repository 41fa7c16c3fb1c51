/** Where each provider is paid. */
package io.tallystick.billing.payment.payee;
