package io.tallystick.acceptance;

import io.tallystick.devstack.process.Checkout;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of {@code acceptance/} that Node runs to its end, for a bounded time. */
final class NodeProgram {

    private static final Path FOLDER = Checkout.here().root().resolve("acceptance");
    private static final int SHOWN = 20_000;

    private NodeProgram() {}

    /**
     * Runs it from {@code acceptance/}.
     *
     * @param environment added to this process' own
     * @throws AssertionError if it fails or takes longer; the message is the end of what it said
     */
    static void run(Duration longest, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var out = Files.createTempFile(Files.createDirectories(FOLDER.resolve("target")), "node", ".out");
        var builder = new ProcessBuilder(
                        Stream.concat(Stream.of("node"), Stream.of(arguments)).toList())
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(out.toFile()));
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(List.of(arguments) + " took longer than " + longest + ":\n" + end(out));
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(List.of(arguments) + " failed:\n" + end(out));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(out);
        }
    }

    private static String end(Path out) throws IOException {
        var text = Files.readString(out);
        return text.substring(Math.max(0, text.length() - SHOWN));
    }
}
