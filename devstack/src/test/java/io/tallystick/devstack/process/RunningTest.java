package io.tallystick.devstack.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunningTest {

    final List<String> stopped = new ArrayList<>();
    final Running running = new Running();

    @Test
    void stopsInReverseOrderAndAllOfThem() throws Exception {
        running.start(() -> part("database"));
        running.start(() -> {
            return (AutoCloseable) () -> {
                throw new IllegalStateException("does not stop");
            };
        });
        running.start(() -> part("service"));

        running.close();

        assertThat(stopped).containsExactly("service", "database");
    }

    @Test
    void stopsWhatIsHalfStartedWhenTheEndComes() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var start = threads.submit(() -> running.start(() -> {
                begun.countDown();
                go.await();
                return part("database");
            }));
            begun.await();
            var stop = threads.submit(running::close);

            go.countDown();

            stop.get();
            start.get();
        }
        assertThat(stopped).containsExactly("database");
    }

    @Test
    void startsNothingAfterTheEnd() {
        running.close();

        assertThatIllegalStateException().isThrownBy(() -> running.start(() -> part("late")));
        assertThat(stopped).isEmpty();
    }

    private AutoCloseable part(String name) {
        return () -> stopped.add(name);
    }
}
