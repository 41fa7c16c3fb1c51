package io.tallystick.metering.usage.ingest.room;

import io.tallystick.kit.access.Caller;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Leaves a body on the sender's side until there is room for it: the connection is not read, so the sender's own buffers
 * fill up and it waits. Only a caller that was let in is given room.
 */
@Provider
@RoomFilter.TakesBody
@Priority(Priorities.AUTHENTICATION + 2)
public class RoomFilter implements ContainerRequestFilter {
    /** The resource holds a request's whole body until it answers. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.METHOD})
    public @interface TakesBody {}

    private final Admission admission;
    private final Caller caller;

    RoomFilter(Admission admission, Caller caller) {
        this.admission = admission;
        this.caller = caller;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        var waiting = (ResteasyReactiveContainerRequestContext) request;
        var context = (ResteasyReactiveRequestContext) waiting.getServerRequestContext();
        admission.of(waiting, context.serverRequest().unwrap(RoutingContext.class), caller.tenant());
    }
}
