package io.tallystick.identity.did.resolution;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.webvh.VersionQuery.Newest;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;

/** What a DID's document says now, for who has to believe or refuse its keys. */
@ApplicationScoped
public class NewestDocuments {
    private final DidResolver resolver;
    private final LogResolver logs;

    NewestDocuments(DidResolver resolver, LogResolver logs) {
        this.resolver = resolver;
        this.logs = logs;
    }

    /**
     * Answers where it is asked, on the caller's context.
     *
     * @param caller who is held to its part of what others are asked for
     */
    public Uni<Resolution> of(String text, String caller) {
        var context = Vertx.currentContext();
        try {
            var did = Did.parse(text);
            return logs.knows(did.method())
                    ? logs.resolve(did, new Newest(), caller).emitOn(step -> context.runOnContext(_ -> step.run()))
                    : Uni.createFrom().item(resolver.resolve(text));
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(new InvalidDid(e.getMessage()));
        }
    }
}
