package io.tallystick.metering.gateway.openai;

/** How a client wants its answer. */
public enum AnswerForm {
    /** One JSON object. */
    WHOLE,
    /** As events. The usage is asked for by us, and the event that tells it is not passed on. */
    STREAMED,
    /** As events, with the one that tells the usage. */
    STREAMED_WITH_USAGE;

    public boolean streamed() {
        return this != WHOLE;
    }
}
