package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * A call that somebody is to pay for.
 *
 * @param id the caller's name for this attempt; the same id again is a retry of an answer that was lost
 * @param tenant who sells it
 * @param method its HTTP method; GET asks for an offer or a refund and is never priced to be served
 * @param route the path's pattern, such as {@code /v1/embeddings}
 * @param digest SHA-256 of method, path and body in hexadecimal digits: one payment buys one request
 */
public record Call(
        UUID id, String tenant, Resource resource, String method, String route, String model, String digest) {

    /** What is sold, as it is named to payers. */
    public record Resource(String url, String description, String mimeType) {
        public Resource {
            requireNonNull(url, "url");
            requireNonNull(description, "description");
            requireNonNull(mimeType, "mimeType");
        }
    }

    public Call {
        requireNonNull(id, "id");
        requireNonNull(tenant, "tenant");
        requireNonNull(resource, "resource");
        requireNonNull(method, "method");
        requireNonNull(route, "route");
        requireNonNull(model, "model");
        requireNonNull(digest, "digest");
    }
}
