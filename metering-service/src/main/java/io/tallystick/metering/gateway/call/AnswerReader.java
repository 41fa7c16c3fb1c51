package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.openai.AnswerReading;
import io.tallystick.metering.gateway.openai.CallRequest;

/** Reads what a call used from the model server's answer. */
public interface AnswerReader {

    AnswerReading read(CallRequest request, ModelAnswer.Answered answer);
}
