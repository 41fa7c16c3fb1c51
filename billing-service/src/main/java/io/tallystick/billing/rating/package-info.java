/** Rate cards, what usage costs by them, and what each account owes. Knows no vouchers and no chain. */
package io.tallystick.billing.rating;
