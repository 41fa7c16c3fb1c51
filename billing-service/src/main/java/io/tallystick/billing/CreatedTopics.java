package io.tallystick.billing;

import io.quarkus.runtime.StartupEvent;
import io.tallystick.kit.outbox.Topics;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;

/** Creates the topics that are missing, before anyone listens or sends. */
@ApplicationScoped
class CreatedTopics {
    private final Topics topics;

    CreatedTopics(Topics topics) {
        this.topics = topics;
    }

    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        topics.createCatalogue();
    }
}
