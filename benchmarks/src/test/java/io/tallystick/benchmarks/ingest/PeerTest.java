package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerTest {

    static final String OUTPUT = """
            1048575 records sent, 209715.0 records/sec (43.00 MB/sec), 12.3 ms avg latency, 99.0 ms max latency.
            3000000 records sent, 222833.395232 records/sec (45.69 MB/sec), 1.95 ms avg latency, 99.00 ms max latency, 1 ms 50th, 6 ms 95th, 22 ms 99th, 40 ms 99.9th.
            """;

    @Test
    void rateIsThatOfTheWholeRun() {
        assertThat(Peer.rate(OUTPUT, 3_000_000)).contains(222833.395232);
    }

    @Test
    void anUnfinishedRunHasNoRate() {
        assertThat(Peer.rate(OUTPUT, 4_000_000)).isEmpty();
        assertThat(Peer.rate("org.apache.kafka.common.errors.TimeoutException", 3_000_000))
                .isEmpty();
    }
}
