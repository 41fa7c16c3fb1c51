package io.tallystick.kit;

import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * No test of a service begins before the service says that it is ready, as no caller is routed to one that is not. A
 * Quarkus test may start a service anew at any class, and what it knows of identity-service comes a moment later.
 */
public final class Ready implements QuarkusTestBeforeEachCallback {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int READY = 200;

    /** Set to false for a service that is not to become ready. */
    private static final String WANTED = "test.await-ready";

    @Override
    public void beforeEach(QuarkusTestMethodContext test) {
        if (ConfigProvider.getConfig().getOptionalValue(WANTED, Boolean.class).orElse(true)) {
            await();
        }
    }

    /** Waits until the service under test is ready; fails after a minute with what it said last. */
    public static void await() {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        var status = status();
        while (status != READY) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not ready after " + LIMIT + ", status " + status);
            }
            pause();
            status = status();
        }
    }

    /** The status of {@code /q/health/ready} now. */
    public static int status() {
        return status("ready");
    }

    /** The status of {@code /q/health/<path>} now. */
    public static int status(String path) {
        var port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/" + path))
                .timeout(ANSWER)
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }
}
