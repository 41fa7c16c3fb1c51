package io.tallystick.metering.gateway.openai;

/** What a model server's answer turned out to be. */
public sealed interface AnswerReading permits CallUsage, AnswerReading.NotAnAnswer {

    /** Not what this route answers: nothing was delivered, so nothing is charged. */
    enum NotAnAnswer implements AnswerReading {
        NOT_AN_ANSWER
    }
}
