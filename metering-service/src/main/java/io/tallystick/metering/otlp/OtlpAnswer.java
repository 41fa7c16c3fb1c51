package io.tallystick.metering.otlp;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers in the media type of the request, as OTLP asks for. */
@ApplicationScoped
class OtlpAnswer {
    static final String PROTOBUF = "application/x-protobuf";
    static final String JSON = "application/json";

    /** Code of google.rpc for what the sender did wrong. */
    private static final int INVALID_ARGUMENT = 3;

    private static final int TEXT_LENGTH = 1024;

    private final ObjectMapper json;

    OtlpAnswer(ObjectMapper json) {
        this.json = json;
    }

    /**
     * An {@code Export…ServiceResponse}: whole, or with the number of those that were rejected.
     *
     * @param rejectedName the member's name in JSON
     */
    RestResponse<byte[]> of(Taken taken, boolean asJson, String rejectedName) {
        if (asJson) {
            var answer = json.createObjectNode();
            var partial = answer.putObject("partialSuccess");
            if (taken.rejected() > 0) {
                partial.put(rejectedName, Long.toString(taken.rejected())).put("errorMessage", taken.why());
            }
            return answer(200, JSON, bytes(answer));
        }
        if (taken.rejected() == 0) {
            return answer(200, PROTOBUF, new byte[0]);
        }
        var answer = new ByteArrayOutputStream();
        field(answer, 1, status(taken.rejected(), taken.why()));
        return answer(200, PROTOBUF, answer.toByteArray());
    }

    /** A {@code google.rpc.Status}. */
    RestResponse<byte[]> refusal(int status, String message, boolean asJson) {
        return asJson
                ? answer(
                        status,
                        JSON,
                        bytes(json.createObjectNode()
                                .put("code", INVALID_ARGUMENT)
                                .put("message", message)))
                : answer(status, PROTOBUF, status(INVALID_ARGUMENT, message));
    }

    private static byte[] bytes(ObjectNode answer) {
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A number in field 1 and a text in field 2, which is the form of both kinds of messages. */
    private static byte[] status(long number, String text) {
        var out = new ByteArrayOutputStream();
        out.write(1 << 3);
        varint(out, number);
        field(out, 2, text.substring(0, Math.min(text.length(), TEXT_LENGTH)).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] value) {
        out.write((number << 3) | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        var rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            out.write((int) ((rest & 0x7F) | 0x80));
        }
        out.write((int) rest);
    }

    private static RestResponse<byte[]> answer(int status, String type, byte[] body) {
        return RestResponse.ResponseBuilder.<byte[]>create(status)
                .entity(body)
                .type(type)
                .build();
    }
}
