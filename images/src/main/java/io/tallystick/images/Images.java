package io.tallystick.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** {@code <service> <executable> <sbom> <version> <revision> <created> <tar> <port...>}: packs one image. */
public final class Images {
    private static final int FIRST_PORT = 7;

    private Images() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length <= FIRST_PORT) {
            throw new IllegalArgumentException(
                    "service, executable, sbom, version, revision, created, tar, ports expected");
        }
        var ports = List.of(arguments).subList(FIRST_PORT, arguments.length).stream()
                .map(Integer::valueOf)
                .toList();
        var tar = Path.of(arguments[6]);
        var executable = Path.of(arguments[1]);
        var libraries = SharedLibraries.of(executable);
        var image = new ServiceImage(
                arguments[0],
                executable,
                Contents.write(Path.of(arguments[2]), libraries, tar.resolveSibling(arguments[0] + ".oci.cdx.json")),
                libraries,
                arguments[3],
                arguments[4],
                Instant.parse(arguments[5]),
                ports);
        var written = image.write(tar, work(tar));
        // Two columns for the script: the manifest's digest and the archive's size.
        System.out.println(written.getDigest() + " " + Files.size(tar));
    }

    private static Path work(Path tar) throws IOException {
        return Files.createDirectories(tar.resolveSibling("work"));
    }
}
