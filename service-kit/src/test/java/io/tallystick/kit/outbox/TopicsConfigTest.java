package io.tallystick.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicsConfigTest {

    /** With one copy in three acknowledging, the loss of that broker loses what was acknowledged. */
    @Test
    void asksForTwoCopiesWhereThereAreThree() {
        assertThat(config(Map.of()).insyncReplicas()).isEmpty();
        assertThat(config(Map.of("replication", "1")).insyncReplicas()).isEmpty();
        assertThat(config(Map.of("replication", "2")).insyncReplicas()).isEmpty();
        assertThat(config(Map.of("replication", "3")).insyncReplicas()).contains(2);
        assertThat(config(Map.of("replication", "5", "min-insync-replicas", "3"))
                        .insyncReplicas())
                .contains(3);
        assertThat(config(Map.of("min-insync-replicas", "1")).insyncReplicas()).contains(1);
    }

    private static TopicsConfig config(Map<String, String> settings) {
        var builder = new SmallRyeConfigBuilder().withMapping(TopicsConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("tallystick.topics." + name, value));
        return builder.build().getConfigMapping(TopicsConfig.class);
    }
}
