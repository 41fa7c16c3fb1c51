package io.tallystick.kit.access.apikey;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.ApiKeyChanged;
import java.util.Set;

/**
 * The API key that a request came with, and how far it goes beyond its scopes.
 *
 * @param id names it, and is no secret
 * @param models which models it may call; {@code *} alone for any. Whoever serves models compares
 * @param requestsPerMinute how often it may be used, at each instance of each service
 * @param tokensPerMinute how many tokens of models it may use. Whoever counts tokens compares
 */
public record UsedKey(String id, Set<String> models, int requestsPerMinute, long tokensPerMinute) {

    public UsedKey {
        requireNonNull(id, "id");
        models = Set.copyOf(models);
    }

    public static UsedKey of(ApiKeyChanged key) {
        return new UsedKey(key.id(), Set.copyOf(key.models()), key.requestsPerMinute(), key.tokensPerMinute());
    }
}
