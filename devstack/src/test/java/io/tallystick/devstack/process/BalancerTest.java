package io.tallystick.devstack.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BalancerTest {

    private final int port = Ports.free();
    private Balancer balancer;
    private ServerSocket first;
    private ServerSocket second;

    /** A permit for each connection that reached a target. */
    private final Semaphore reached = new Semaphore(0);

    @BeforeEach
    void start() throws IOException {
        balancer = Balancer.start(port);
        first = target("first");
        second = target("second");
    }

    @AfterEach
    void stop() throws IOException {
        balancer.close();
        first.close();
        second.close();
    }

    @Test
    void eachConnectionGoesToTheNextTarget() throws IOException {
        balancer.add(first.getLocalPort());
        balancer.add(second.getLocalPort());

        assertThat(new String[] {ask("a"), ask("b"), ask("c"), ask("d")})
                .containsOnly("first:a", "second:b", "first:c", "second:d");
    }

    @Test
    void anOpenConnectionStaysWithATargetThatIsTakenOff() throws IOException, InterruptedException {
        balancer.add(first.getLocalPort());
        try (var open = connect()) {
            open.getOutputStream().write("kept".getBytes(UTF_8));
            // Connected is not yet given to a target.
            reached.acquire();
            balancer.remove(first.getLocalPort());
            balancer.add(second.getLocalPort());

            assertThat(ask("new")).isEqualTo("second:new");
            open.shutdownOutput();
            assertThat(new String(open.getInputStream().readAllBytes(), UTF_8)).isEqualTo("first:kept");
        }
    }

    @Test
    void aConnectionEndsWhenThereIsNoTarget() throws IOException {
        try (var open = connect()) {
            assertThat(open.getInputStream().read()).isEqualTo(-1);
        }
    }

    private String ask(String text) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        // A read is not interrupted by JUnit's time limit.
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Says its name and what it was told, once it was told all. */
    private ServerSocket target(String name) throws IOException {
        var server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (var client = server.accept()) {
                    reached.release();
                    var told = new String(client.getInputStream().readAllBytes(), UTF_8);
                    client.getOutputStream().write((name + ":" + told).getBytes(UTF_8));
                } catch (IOException e) {
                    if (!server.isClosed()) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
        return server;
    }
}
