package io.tallystick.billing.x402;

import io.quarkus.test.Mock;
import io.tallystick.billing.payment.PaymentFaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Ends the work at a chosen place, once: whatever was not stored by then is gone. */
@Mock
@ApplicationScoped
public class CrashingFaults implements PaymentFaults {
    private final AtomicReference<Optional<Point>> armed = new AtomicReference<>(Optional.empty());

    void arm(Point point) {
        armed.set(Optional.of(point));
    }

    boolean wentOff() {
        return armed.get().isEmpty();
    }

    void disarm() {
        armed.set(Optional.empty());
    }

    @Override
    public void at(Point point) {
        var now = armed.get();
        if (now.equals(Optional.of(point)) && armed.compareAndSet(now, Optional.empty())) {
            throw new IllegalStateException("killed after " + point);
        }
    }
}
