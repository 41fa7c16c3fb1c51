package io.tallystick.metering.gateway.stream;

import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.openai.ApiError;

/** The client's end of a stream. What is written after the client hung up is lost, and nothing else happens. */
public interface ClientStream {

    /**
     * Says what the head is, which goes with the first bytes. {@code listener} hears at once if the client is gone
     * already.
     */
    void begin(Headers answer, Headers payment, Listener listener);

    void write(Body part);

    /** Whether no more should be written before {@link Listener#drained}. */
    boolean full();

    /** Ends the stream. */
    void end(Body last);

    /**
     * Ends it with an error, in the shape of the API.
     *
     * @param settled what the payer is told if not even the head was sent yet
     */
    void fail(ApiError error, Headers settled);

    /** Ends it as a connection that broke: the client takes nothing, or is gone. */
    void cut();

    interface Listener {

        /** More may be written. */
        void drained();

        /** The client hung up. */
        void gone();
    }
}
