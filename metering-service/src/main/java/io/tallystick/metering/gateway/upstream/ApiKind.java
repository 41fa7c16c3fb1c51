package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.call.Headers;
import java.util.Optional;

/** Which API an upstream speaks: the paths it is asked for, and where its key goes. */
public enum ApiKind {
    OPENAI,
    ANTHROPIC,
    /** One server with the paths of both, as many that run open models are. */
    BOTH;

    private static final String ANTHROPIC_PATHS = "/v1/messages";
    private static final String ANTHROPIC_VERSION = "anthropic-version";
    private static final String OLDEST_VERSION = "2023-06-01";

    boolean serves(String path) {
        return switch (this) {
            case OPENAI -> !isAnthropic(path);
            case ANTHROPIC -> isAnthropic(path);
            case BOTH -> true;
        };
    }

    /** {@code headers} with the provider's key in place of any credentials, for a request to {@code path}. */
    Headers withKey(Headers headers, String path, Optional<ProviderKey> key) {
        var bare = headers.without("Authorization").without("x-api-key");
        if (this == OPENAI || (this == BOTH && !isAnthropic(path))) {
            return key.map(secret -> bare.with("Authorization", "Bearer " + secret.text()))
                    .orElse(bare);
        }
        var versioned = bare.all(ANTHROPIC_VERSION).isEmpty() ? bare.with(ANTHROPIC_VERSION, OLDEST_VERSION) : bare;
        return key.map(secret -> versioned.with("x-api-key", secret.text())).orElse(versioned);
    }

    private static boolean isAnthropic(String path) {
        return path.equals(ANTHROPIC_PATHS) || path.startsWith(ANTHROPIC_PATHS + "/");
    }
}
