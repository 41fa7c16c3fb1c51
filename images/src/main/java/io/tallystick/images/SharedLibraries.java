package io.tallystick.images;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The shared libraries that an executable needs, as this machine's linker resolves them: glibc and its loader. */
final class SharedLibraries {
    /** {@code libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)}, or the loader's path alone. */
    private static final Pattern LINE = Pattern.compile("^\\s*(?:(\\S+) => )?(/\\S+) \\(0x[0-9a-f]+\\)$");

    private static final long LIMIT_SECONDS = 30;

    private SharedLibraries() {}

    /**
     * One library.
     *
     * @param name by which the loader looks for it; the loader itself is looked for by its path
     * @param file where it lies here
     */
    record Library(String name, Path file) {}

    static List<Library> of(Path executable) throws IOException, InterruptedException {
        var process = new ProcessBuilder("ldd", executable.toString())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("ldd " + executable + ": " + output);
        }
        return parse(output);
    }

    /** @throws IllegalArgumentException if a library is missing on this machine */
    static List<Library> parse(String output) {
        if (output.contains("not found")) {
            throw new IllegalArgumentException("a shared library is missing: " + output);
        }
        return output.lines()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .map(line -> new Library(line.group(1) == null ? line.group(2) : line.group(1), Path.of(line.group(2))))
                .toList();
    }
}
