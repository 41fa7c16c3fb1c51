package io.tallystick.metering.otlp.signal;

import java.io.IOException;

/** What came is not what its media type says. */
public class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
