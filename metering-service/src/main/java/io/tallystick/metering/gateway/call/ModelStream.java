package io.tallystick.metering.gateway.call;

/** A model server's answer while it arrives. All is called from one thread at a time. */
public interface ModelStream {

    /** Lets the bytes come. */
    void listen(Listener listener);

    /** Nothing more is taken until {@link #resume}: the model server has to wait. */
    void pause();

    void resume();

    /** Nothing more is wanted: the model server may stop its work. Nothing is heard afterwards. */
    void cut();

    interface Listener {

        void part(Body bytes);

        /** The answer ended as HTTP ends one. */
        void end();

        /** The connection broke. */
        void broken();
    }
}
