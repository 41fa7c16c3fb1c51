package io.tallystick.kit.database;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** No schedule fires once the service ends: it would find the database's pool closed. */
@ApplicationScoped
class SchedulesEnd {
    /** Before everything else that ends. */
    private static final int FIRST = 1;

    private final Scheduler scheduler;

    SchedulesEnd(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    void stop(@Observes @Priority(FIRST) ShutdownEvent event) {
        scheduler.pause();
    }
}
