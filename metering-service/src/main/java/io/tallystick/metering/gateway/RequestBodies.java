package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.openai.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a request's whole body, within a size and a time. What is held of all bodies at once is bounded by its bytes: who
 * sends nothing takes nothing.
 */
@ApplicationScoped
class RequestBodies {
    private final Vertx vertx;
    private final GatewayConfig config;

    private final AtomicLong heldBytes = new AtomicLong();

    RequestBodies(Vertx vertx, GatewayConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** The request is to be answered with this error; its body was not read to the end. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient ApiError error;

        RefusedException(ApiError error) {
            super(error.code(), null, false, false);
            this.error = error;
        }

        ApiError error() {
            return error;
        }
    }

    /** Fails with {@link RefusedException}, or with what happened to the connection. */
    Future<Body> read(HttpServerRequest request) {
        if (declaredLength(request) > config.maxBodyBytes()) {
            return Future.failedFuture(new RefusedException(tooLarge()));
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        var reading = new Reading();
        var timer = vertx.setTimer(config.bodyTimeout().toMillis(), _ -> reading.fail(new RefusedException(tooSlow())));
        request.exceptionHandler(reading::fail)
                .handler(reading::append)
                .endHandler(_ -> reading.end())
                .resume();
        return reading.body.future().onComplete(_ -> {
            vertx.cancelTimer(timer);
            heldBytes.addAndGet(-reading.held);
        });
    }

    private static long declaredLength(HttpServerRequest request) {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private ApiError tooLarge() {
        return ApiError.invalid(
                413, "request_too_large", "Send at most " + config.maxBodyBytes() + " bytes in one request.");
    }

    private static ApiError overloaded() {
        return ApiError.server(503, "overloaded", "Too much is being received. Nothing was charged. Try again.");
    }

    private ApiError tooSlow() {
        return ApiError.invalid(
                408,
                "request_timeout",
                "Send the whole request within " + config.bodyTimeout().toSeconds() + " s.");
    }

    private final class Reading {
        private final Promise<Body> body = Promise.promise();
        private Buffer received = Buffer.buffer();
        private long held;

        void append(Buffer part) {
            if (body.future().isComplete()) {
                return;
            }
            if (received.length() + part.length() > config.maxBodyBytes()) {
                fail(new RefusedException(tooLarge()));
                return;
            }
            held += part.length();
            if (heldBytes.addAndGet(part.length()) > config.maxReadingBytes()) {
                fail(new RefusedException(overloaded()));
            } else {
                received.appendBuffer(part);
            }
        }

        void end() {
            body.tryComplete(new Body(received.getBytes()));
        }

        void fail(Throwable cause) {
            if (body.tryFail(cause)) {
                received = Buffer.buffer();
            }
        }
    }
}
