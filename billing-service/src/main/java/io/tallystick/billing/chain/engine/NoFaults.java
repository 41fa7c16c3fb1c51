package io.tallystick.billing.chain.engine;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;

/** Production: nothing happens between two steps. */
@DefaultBean
@ApplicationScoped
public class NoFaults implements Faults {
    @Override
    public void at(Point point) {
        // Tests put something else in this place.
    }
}
