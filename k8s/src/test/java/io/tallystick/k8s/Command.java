package io.tallystick.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end. */
final class Command {
    private static final int SECONDS = 120;

    private Command() {}

    /**
     * What the program prints.
     *
     * @param input what it reads
     * @throws IllegalStateException if it fails; the message has what it complains of
     */
    static String run(List<String> command, String input) {
        try {
            var in = Files.writeString(Files.createTempFile("command", ".in"), input);
            var out = Files.createTempFile("command", ".out");
            var err = Files.createTempFile("command", ".err");
            try {
                var process = new ProcessBuilder(command)
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(command + " took longer than " + SECONDS + " s");
                }
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(command + " failed: " + Files.readString(err));
                }
                return Files.readString(out, StandardCharsets.UTF_8);
            } finally {
                Files.delete(in);
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while " + command + " ran", e);
        }
    }
}
