package io.tallystick.metering.usage;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UsageConfigTest {

    @Test
    void keepsARecordLongerThanItsIdIsRemembered() {
        assertThatCode(config("8d", "90")::requireRecordsForVoids).doesNotThrowAnyException();
        assertThatCode(config("25d", "60")::requireRecordsForVoids).doesNotThrowAnyException();
        assertThatThrownBy(config("60d", "90")::requireRecordsForVoids)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keep-days");
        assertThatThrownBy(config("0s", "90")::requireRecordsForVoids).isInstanceOf(IllegalArgumentException.class);
    }

    private static UsageConfig config(String claimEpoch, String keepDays) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(UsageConfig.class)
                .withDefaultValue("tallystick.usage.claim-epoch", claimEpoch)
                .withDefaultValue("tallystick.usage.keep-days", keepDays)
                .build()
                .getConfigMapping(UsageConfig.class);
    }
}
