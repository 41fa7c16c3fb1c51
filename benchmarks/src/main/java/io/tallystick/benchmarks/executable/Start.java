package io.tallystick.benchmarks.executable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * From the start of a process to what it answered first. Asked over connections of their own, a millisecond after one
 * that was refused and five after an answer that was another.
 *
 * @param answered to the first 200 of {@code /q/health/started}
 * @param ready to the first 200 of {@code /q/health/ready}, which is asked after that
 */
record Start(Duration answered, Duration ready) {

    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final String OK = "HTTP/1.1 200";
    private static final int ANSWER_MILLIS = 5_000;
    private static final Duration UNTIL_IT_LISTENS = Duration.ofMillis(1);
    /** It has work to do, and writes each of these answers into its log. */
    private static final Duration UNTIL_IT_IS_READY = Duration.ofMillis(5);

    /** Fails when the process has ended. */
    interface Alive {
        void require() throws IOException;
    }

    /**
     * Asks until both are answered.
     *
     * @param began {@link System#nanoTime} when the process was started
     */
    static Start await(long began, int port, Alive process) throws IOException, InterruptedException {
        long answered = await(began, port, "/q/health/started", process);
        long ready = await(began, port, "/q/health/ready", process);
        return new Start(Duration.ofNanos(answered), Duration.ofNanos(ready));
    }

    private static long await(long began, int port, String path, Alive process)
            throws IOException, InterruptedException {
        while (true) {
            var answer = ask(port, path);
            if (answer.equals(OK)) {
                return System.nanoTime() - began;
            }
            process.require();
            if (System.nanoTime() - began > LONGEST.toNanos()) {
                throw new IOException(path + " is not answered with 200 after " + LONGEST.toSeconds() + " s");
            }
            Thread.sleep(answer.isEmpty() ? UNTIL_IT_LISTENS : UNTIL_IT_IS_READY);
        }
    }

    /** The beginning of the answer; empty if nobody listens. */
    private static String ask(int port, String path) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
            var request = "GET " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(OK.length()), StandardCharsets.US_ASCII);
        } catch (ConnectException _) {
            return "";
        }
    }
}
