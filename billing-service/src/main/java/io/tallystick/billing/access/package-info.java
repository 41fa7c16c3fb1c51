/** Who calls billing-service is service-kit's to say; kept here is which proofs of a key were taken, over all instances. */
package io.tallystick.billing.access;
