package io.tallystick.identity.workload;

import io.tallystick.identity.workload.WorkloadConfig.PlatformConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Key sets from files and from addresses that are configured: bounded in time and size, no redirects. */
@Singleton
final class KeySources {
    static final int MAX_BYTES = 262_144;
    static final int TIMEOUT_MILLIS = 5_000;

    private static final int MAX_TOKEN_BYTES = 16_384;
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Vertx vertx;

    KeySources(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @throws IllegalArgumentException if it is neither a file nor an address that may be asked */
    KeySource of(String name, PlatformConfig config) {
        var address = config.keys();
        return switch (String.valueOf(address.getScheme())) {
            case "file" -> {
                var path = Path.of(address);
                yield () -> file(path, MAX_BYTES).map(Buffer::getBytes).toCompletionStage();
            }
            case "https", "http" -> {
                requireSafe(name, address);
                var client = client(config);
                yield () -> token(config.tokenFile())
                        .compose(token -> onContext(client, address, token))
                        .map(Buffer::getBytes)
                        .toCompletionStage();
            }
            default -> throw unsafe(name);
        };
    }

    private static void requireSafe(String name, URI address) {
        var host = address.getHost();
        if (host == null
                || address.getRawUserInfo() != null
                || (address.getScheme().equals("http") && !THIS_MACHINE.contains(host))) {
            throw unsafe(name);
        }
    }

    private static IllegalArgumentException unsafe(String name) {
        return new IllegalArgumentException("tallystick.identity.workload.platforms." + name
                + ".keys must be file:/… or https://…; http:// is for this machine only");
    }

    private HttpClient client(PlatformConfig config) {
        var options = new HttpClientOptions()
                .setVerifyHost(true)
                .setMaxPoolSize(1)
                .setMaxWaitQueueSize(1)
                .setConnectTimeout(TIMEOUT_MILLIS)
                .setDecompressionSupported(false);
        config.certificateFile()
                .ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        return vertx.createHttpClient(options);
    }

    private Future<Optional<String>> token(Optional<Path> file) {
        return file.map(path -> file(path, MAX_TOKEN_BYTES)
                        .map(text -> Optional.of(
                                text.toString(StandardCharsets.US_ASCII).strip())))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    /** One byte more than may be there is read, to know. */
    private Future<Buffer> file(Path path, int maxBytes) {
        return vertx.fileSystem()
                .open(
                        path.toString(),
                        new OpenOptions().setRead(true).setWrite(false).setCreate(false))
                .compose(file -> file.read(Buffer.buffer(), 0, 0, maxBytes + 1).eventually(() -> file.close()))
                .compose(read -> read.length() > maxBytes ? tooLarge() : Future.succeededFuture(read));
    }

    /** An answer is read on the context it arrives on: elsewhere its first bytes may come before there is a reader. */
    private Future<Buffer> onContext(HttpClient client, URI address, Optional<String> token) {
        Promise<Buffer> answer = Promise.promise();
        vertx.getOrCreateContext().runOnContext(_ -> {
            long timer = vertx.setTimer(TIMEOUT_MILLIS, _ -> answer.tryFail("no answer in time"));
            get(client, address, token, answer).onSuccess(answer::tryComplete).onFailure(answer::tryFail);
            answer.future().onComplete(_ -> vertx.cancelTimer(timer));
        });
        return answer.future();
    }

    private Future<Buffer> get(HttpClient client, URI address, Optional<String> token, Promise<Buffer> until) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(address.toString())
                .setFollowRedirects(false)
                .setConnectTimeout(TIMEOUT_MILLIS)
                .putHeader(HttpHeaders.ACCEPT, "application/jwk-set+json, application/json");
        token.ifPresent(value -> options.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + value));
        return client.request(options).compose(request -> {
            // One that is late is given up: it would keep the only connection.
            until.future().onFailure(_ -> request.reset());
            return request.send().compose(KeySources::body);
        });
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            response.exceptionHandler(_ -> {}).request().reset();
            return Future.failedFuture("HTTP status " + response.statusCode());
        }
        Promise<Buffer> whole = Promise.promise();
        var read = Buffer.buffer();
        response.exceptionHandler(whole::tryFail);
        response.endHandler(_ -> whole.tryComplete(read));
        response.handler(part -> {
            if (read.length() + part.length() > MAX_BYTES) {
                whole.tryFail("larger than " + MAX_BYTES + " bytes");
                response.request().reset();
            } else {
                read.appendBuffer(part);
            }
        });
        return whole.future();
    }

    private static Future<Buffer> tooLarge() {
        return Future.failedFuture("larger than it has reason to be");
    }
}
