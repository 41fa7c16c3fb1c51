package io.tallystick.metering.gateway.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Header fields in their order, and which of them may pass the gateway.
 *
 * <p>Towards the model server only what is listed passes: its own credentials, the account they belong to and anything
 * about payment are not the client's to set. Towards the client everything passes but what belongs to one connection,
 * to the gateway itself, or to the provider's account.
 */
public record Headers(List<Field> fields) {

    /** @param name in the case it was received in; compared without case */
    public record Field(String name, String value) {
        String key() {
            return name.toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<String> TO_MODEL_SERVER = Set.of(
            "accept",
            "anthropic-beta",
            "anthropic-version",
            "content-type",
            "traceparent",
            "tracestate",
            "user-agent",
            "x-client-request-id",
            "x-request-id");

    private static final Set<String> NOT_TO_CLIENT = Set.of(
            // RFC 9110, 7.6.1: of one connection only.
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            // Set again for the bytes that are sent.
            "content-length",
            // The gateway's own to say.
            "alt-svc",
            "payment-required",
            "payment-response",
            "strict-transport-security",
            "tallystick-asset",
            "tallystick-charged",
            "tallystick-held",
            "tallystick-remaining",
            "x-payment-response",
            "x-tallystick-upstream",
            // The provider's account and its session with the model server.
            "anthropic-organization-id",
            "openai-organization",
            "openai-project",
            "set-cookie");

    public static final Headers NONE = new Headers(List.of());

    public Headers {
        fields = List.copyOf(fields);
    }

    public Headers forModelServer() {
        var ofConnection = ofConnection();
        return new Headers(fields.stream()
                .filter(field -> TO_MODEL_SERVER.contains(field.key()) && !ofConnection.contains(field.key()))
                .toList());
    }

    public Headers forClient() {
        var ofConnection = ofConnection();
        return new Headers(fields.stream()
                .filter(field -> !NOT_TO_CLIENT.contains(field.key())
                        && !field.key().startsWith("access-control-")
                        && !ofConnection.contains(field.key()))
                .toList());
    }

    /** This, with one more field in place of any of the same name. */
    public Headers with(String name, String value) {
        var more = new ArrayList<>(without(name).fields());
        more.add(new Field(name, value));
        return new Headers(more);
    }

    public Headers without(String name) {
        return new Headers(fields.stream()
                .filter(field -> !field.name().equalsIgnoreCase(name))
                .toList());
    }

    /** The values of a field, in order. */
    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /** Fields that {@code Connection} names are of one connection too. */
    private Set<String> ofConnection() {
        var names = new TreeSet<String>();
        for (var value : all("connection")) {
            for (var name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
