package io.tallystick.metering.gateway.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.kit.access.apikey.UsedKey;
import io.tallystick.metering.gateway.caller.KeyLimits.Permission;
import io.tallystick.metering.gateway.caller.KeyLimits.Permission.Permitted;
import io.tallystick.metering.gateway.caller.KeyLimits.Permission.Refused;
import io.tallystick.metering.gateway.caller.TokenBuckets.Taking;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.PaidRoute;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A key that may use 600 tokens a minute, ten a second, of the model {@code small}. */
class KeyLimitsTest {
    private static final long SECOND = 1_000_000_000L;

    private final KeyLimits limits = new KeyLimits();

    @Test
    void modelNotAllowed() {
        var refused = refused(permit("large", 1, 0));

        assertThat(refused.error().status()).isEqualTo(403);
        assertThat(refused.error().code()).isEqualTo("model_not_allowed");
        assertThat(refused.error().param()).isEqualTo("model");
    }

    @Test
    void takesTheMostThatACallCanUseAndRefusesWhatIsAboveIt() {
        assertThat(permit("small", 400, 0)).isInstanceOf(Permitted.class);

        var refused = refused(permit("small", 400, 0));

        assertThat(refused.error().status()).isEqualTo(429);
        assertThat(refused.error().type()).isEqualTo("tokens");
        assertThat(refused.error().code()).isEqualTo("rate_limit_exceeded");
        assertThat(refused.headers()).containsEntry("Retry-After", List.of("20"));
        assertThat(permit("small", 400, 19 * SECOND)).isInstanceOf(Refused.class);
        assertThat(permit("small", 400, 20 * SECOND)).isInstanceOf(Permitted.class);
    }

    @Test
    void givesBackWhatWasNotUsedAndOnlyOnce() {
        var permitted = (Permitted) permit("small", 600, 0);
        assertThat(permit("small", 1, 0)).isInstanceOf(Refused.class);

        permitted.allowance().used(100, 0);
        permitted.allowance().used(0, 0);

        assertThat(permit("small", 501, 0)).isInstanceOf(Refused.class);
        assertThat(permit("small", 500, 0)).isInstanceOf(Permitted.class);
    }

    @Test
    void refusesWhatNoMinuteHolds() {
        var refused = refused(permit("small", 601, 0));

        assertThat(refused.error().status()).isEqualTo(400);
        assertThat(refused.error().code()).isEqualTo("tokens_above_limit");
        assertThat(permit("small", 600, 0)).isInstanceOf(Permitted.class);
    }

    @Test
    void askingAgainAndAgainDoesNotKeepTheBucketEmpty() {
        permit("small", 600, 0);
        for (long time = 0; time < SECOND; time += SECOND / 1000) {
            assertThat(permit("small", 100, time)).isInstanceOf(Refused.class);
        }
        assertThat(permit("small", 10, SECOND)).isInstanceOf(Permitted.class);
    }

    @Test
    void limitsNobodyWithoutAKey() {
        for (var buyer : List.of(
                Buyer.Stranger.UNKNOWN,
                new Buyer.Known("did:key:z", Optional.empty(), Optional.empty(), Optional.empty()))) {
            assertThat(limits.permit(buyer, request("large", 1_000_000), 0)).isInstanceOf(Permitted.class);
        }
    }

    @Test
    void remembersABoundedNumberOfNames() {
        var buckets = new TokenBuckets();
        for (int i = 0; i <= TokenBuckets.MAX_NAMES; i++) {
            buckets.take("key" + i, 1, 1, 0);
        }
        assertThat(buckets.names()).isEqualTo(TokenBuckets.MAX_NAMES);
        assertThat(buckets.take("key1", 1, 1, 0)).isInstanceOf(Taking.TooSoon.class);
        assertThat(buckets.take("key0", 1, 1, 0)).isInstanceOf(Taking.Taken.class);
    }

    @Test
    void theGreatestNumbersFit() {
        var buckets = new TokenBuckets();
        assertThat(buckets.take("key", 1_000_000_000, 1_000_000_000, 0)).isInstanceOf(Taking.Taken.class);
        assertThat(buckets.take("key", 1, 1_000_000_000, 0)).isEqualTo(new Taking.TooSoon(1));
    }

    private Permission permit(String model, long tokens, long nanoTime) {
        var key = new UsedKey("0123456789abcdef", Set.of("small"), 100, 600);
        var buyer = new Buyer.Known("did:key:z", Optional.empty(), Optional.empty(), Optional.of(key));
        return limits.permit(buyer, request(model, tokens), nanoTime);
    }

    private static CallRequest request(String model, long tokens) {
        return new CallRequest(PaidRoute.EMBEDDINGS, model, tokens, 0, 0, false);
    }

    private static Admission.Refused refused(Permission permission) {
        assertThat(permission).isInstanceOf(Refused.class);
        return ((Refused) permission).refusal();
    }
}
