package io.tallystick.images;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The package that brought a file onto this machine: what advisories of the distribution name.
 *
 * @param name such as {@code libc6}
 * @param architecture such as {@code amd64}
 * @param distribution such as {@code debian}
 */
record DebianPackage(String name, String version, String architecture, String distribution) {

    /** {@code libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6} */
    private static final Pattern OWNER = Pattern.compile("^([^,:\\s]+(?::[^,:\\s]+)?): /.*$");

    private static final Pattern DISTRIBUTION = Pattern.compile("(?m)^ID=\"?([a-z0-9._-]+)\"?$");
    private static final long LIMIT_SECONDS = 30;

    /** The package of a file; empty where another package manager, or none, has brought it. */
    static Optional<DebianPackage> of(Path file, String osRelease) throws IOException, InterruptedException {
        var owner = asked("dpkg-query", "--search", file.toString()).flatMap(DebianPackage::owner);
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        var format = "--showformat=${Package} ${Version} ${Architecture}";
        return asked("dpkg-query", "--show", format, owner.get()).flatMap(line -> parse(line, osRelease));
    }

    static Optional<String> owner(String output) {
        return output.lines()
                .map(OWNER::matcher)
                .filter(line -> line.matches())
                .map(line -> line.group(1))
                .findFirst();
    }

    static Optional<DebianPackage> parse(String line, String osRelease) {
        var words = line.strip().split(" ", -1);
        var distribution = DISTRIBUTION.matcher(osRelease);
        return words.length == 3 && distribution.find()
                ? Optional.of(new DebianPackage(words[0], words[1], words[2], distribution.group(1)))
                : Optional.empty();
    }

    /** By the package URL specification; the colon of an epoch is encoded. */
    String url() {
        return "pkg:deb/" + distribution + "/" + name + "@"
                + version.replace("%", "%25").replace(":", "%3A").replace("+", "%2B") + "?arch=" + architecture;
    }

    /** What a program prints; empty if it is not there or fails. */
    private static Optional<String> asked(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException _) {
            return Optional.empty();
        }
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " does not end");
        }
        return process.exitValue() == 0 ? Optional.of(output) : Optional.empty();
    }
}
