/** Accounts and their charges: follows the meters, tells the others, answers for the bill. */
package io.tallystick.billing.rating.account;
