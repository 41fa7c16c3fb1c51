package io.tallystick.billing.payment.hold;

import io.quarkus.arc.DefaultBean;
import io.tallystick.billing.payment.PaymentFaults;
import jakarta.enterprise.context.ApplicationScoped;

/** Production: nothing happens between two steps. */
@DefaultBean
@ApplicationScoped
public class NoPaymentFaults implements PaymentFaults {
    @Override
    public void at(Point point) {
        // Tests put something else in this place.
    }
}
