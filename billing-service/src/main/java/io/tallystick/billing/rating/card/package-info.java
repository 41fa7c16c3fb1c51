/** Rate cards on the wire and in the database, and the price of a call by them. */
package io.tallystick.billing.rating.card;
