package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.Answers.Answer;
import io.tallystick.benchmarks.ingest.Load;
import io.tallystick.benchmarks.ingest.Load.Plan;
import io.tallystick.benchmarks.ingest.Requests;
import io.tallystick.devstack.installation.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Access tokens from identity-service, each for a client assertion that was signed before. */
final class TokenTraffic implements Traffic {

    private static final int CONNECTIONS = 32;
    private static final int FIRST_TOKENS_PER_SECOND = 1_500;
    private static final double SPARE = 1.5;

    private final Surroundings surroundings;
    private Assertions assertions = new Assertions();
    private double tokensPerSecond = FIRST_TOKENS_PER_SECOND;

    TokenTraffic(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void prepare(Duration longest) throws IOException {
        assertions = new Assertions();
        var tokens = surroundings.providersTokens();
        long count = Math.round(tokensPerSecond * SPARE * longest.toSeconds());
        for (long i = 0; i < count; i++) {
            assertions.add(tokens.form("metering-service", "usage:write"), surroundings.port(Service.IDENTITY));
        }
    }

    @Override
    public Done run(Duration longest) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), surroundings.port(Service.IDENTITY));
        var outcome = new Load(address, assertions, new Plan(CONNECTIONS, 1, longest, assertions.left())).run();
        if (outcome.refused() > 0) {
            throw new IOException("identity-service refused: " + outcome.firstRefusal());
        }
        tokensPerSecond = outcome.events() / (outcome.time().toNanos() / 1e9);
        return new Done(outcome.events(), outcome.time());
    }

    /** Requests that are good once. */
    private static final class Assertions implements Requests {

        private final Deque<byte[]> requests = new ArrayDeque<>();
        private int longest;

        void add(String form, int port) {
            var text = "POST /token HTTP/1.1\r\nhost: 127.0.0.1:" + port
                    + "\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: " + form.length()
                    + "\r\n\r\n" + form;
            var request = text.getBytes(StandardCharsets.US_ASCII);
            requests.add(request);
            longest = Math.max(longest, request.length);
        }

        long left() {
            return requests.size();
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int mostBytes() {
            return longest;
        }

        @Override
        public long write(ByteBuffer out) {
            out.put(requests.remove());
            return 0;
        }

        @Override
        public boolean taken(Answer answer) {
            return answer.status() == 200 && answer.body().contains("\"access_token\"");
        }
    }
}
