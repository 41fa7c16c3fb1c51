/** x402 version 2 on the wire: offers, payments and answers in HTTP headers, and the schemes that pay. */
package io.tallystick.billing.x402;
