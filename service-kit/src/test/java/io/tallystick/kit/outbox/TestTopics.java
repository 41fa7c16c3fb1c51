package io.tallystick.kit.outbox;

import java.util.Map;
import java.util.Optional;

/** The topics' names for tests in other packages, which create what they need themselves. */
public final class TestTopics {

    private TestTopics() {}

    public static Topics named(String prefix) {
        return new Topics(
                new TopicsConfig() {
                    @Override
                    public Optional<String> prefix() {
                        return Optional.of(prefix);
                    }

                    @Override
                    public boolean create() {
                        return false;
                    }

                    @Override
                    public int partitions() {
                        return 1;
                    }

                    @Override
                    public short replication() {
                        return 1;
                    }

                    @Override
                    public int minInsyncReplicas() {
                        return -1;
                    }
                },
                Map.of());
    }
}
