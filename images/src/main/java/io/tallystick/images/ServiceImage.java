package io.tallystick.images;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Port;
import io.tallystick.images.SharedLibraries.Library;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The image of one service: its executable, the glibc it was linked with, a user without rights, and nothing else. No
 * shell, no package manager. Roots of trust for TLS are in the executable, the JDK's own.
 *
 * @param name such as {@code identity-service}
 * @param executable what is packed
 * @param contents what is in the image, CycloneDX; it stays beside the image, which names its digest
 * @param libraries that the executable is linked with
 * @param version of Tallystick
 * @param revision the commit
 * @param created the time that every file and the image carry, so that the same input gives the same image
 * @param ports of the service and of its health
 */
record ServiceImage(
        String name,
        Path executable,
        Path contents,
        List<Library> libraries,
        String version,
        String revision,
        Instant created,
        List<Integer> ports) {

    private static final String USER = "1001:1001";
    private static final String LIBRARIES = "/lib/x86_64-linux-gnu/";
    private static final String SECP256K1 = "libsecp256k1-jni.so";
    private static final String SECP256K1_RESOURCE = "/fr/acinq/secp256k1/jni/native/linux-x86_64/" + SECP256K1;
    private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");
    private static final FilePermissions READABLE = FilePermissions.fromOctalString("644");
    private static final FilePermissions OPEN_FOLDER = FilePermissions.fromOctalString("777");

    ServiceImage {
        libraries = List.copyOf(libraries);
        ports = List.copyOf(ports);
    }

    /** Writes the image as an OCI archive. */
    JibContainer write(Path tar, Path work) throws Exception {
        var cache = Files.createDirectories(work.resolve("cache"));
        return Jib.fromScratch()
                .setFormat(ImageFormat.OCI)
                .addFileEntriesLayer(system(work))
                .addFileEntriesLayer(layer("service")
                        .addEntry(executable, at("/app/" + name), EXECUTABLE, created)
                        .build())
                .setEntrypoint(entrypoint())
                .setUser(USER)
                .setWorkingDirectory(at("/app"))
                .setExposedPorts(ports.stream().map(Port::tcp).toArray(Port[]::new))
                .setLabels(labels())
                .setCreationTime(created)
                .containerize(Containerizer.to(TarImage.at(tar).named("tallystick/" + name + ":" + version))
                        .setOfflineMode(true)
                        .setBaseImageLayersCache(cache)
                        .setApplicationLayersCache(cache)
                        .setToolName("tallystick-images"));
    }

    /** What changes seldom, in a layer of its own. */
    private FileEntriesLayer system(Path work) throws IOException {
        var layer = layer("system");
        for (var library : libraries) {
            var path = library.name().startsWith("/") ? library.name() : LIBRARIES + library.name();
            layer.addEntry(library.file().toRealPath(), at(path), EXECUTABLE, created);
        }
        layer.addEntry(
                text(work, "passwd", "tallystick:x:1001:1001::/app:/nologin\n"), at("/etc/passwd"), READABLE, created);
        layer.addEntry(text(work, "group", "tallystick:x:1001:\n"), at("/etc/group"), READABLE, created);
        layer.addEntry(text(work, "nsswitch.conf", "hosts: files dns\n"), at("/etc/nsswitch.conf"), READABLE, created);
        layer.addEntry(Files.createDirectories(work.resolve("tmp")), at("/tmp"), OPEN_FOLDER, created);
        if (usesSecp256k1()) {
            layer.addEntry(secp256k1(work), at("/app/lib/" + SECP256K1), EXECUTABLE, created);
        }
        return layer.build();
    }

    private List<String> entrypoint() {
        var command = new ArrayList<>(List.of("/app/" + name));
        if (usesSecp256k1()) {
            command.add("-Dfr.acinq.secp256k1.lib.path=/app/lib");
        }
        return command;
    }

    private boolean usesSecp256k1() {
        return name.equals("billing-service");
    }

    Map<String, String> labels() throws IOException {
        var labels = new TreeMap<String, String>();
        labels.put("org.opencontainers.image.title", "Tallystick " + name);
        labels.put("org.opencontainers.image.version", version);
        labels.put("org.opencontainers.image.revision", revision);
        labels.put("org.opencontainers.image.created", created.toString());
        labels.put("org.opencontainers.image.licenses", "Apache-2.0");
        labels.put("io.tallystick.sbom.sha256", Sha256.of(contents));
        return labels;
    }

    private static Path secp256k1(Path work) throws IOException {
        try (InputStream in = ServiceImage.class.getResourceAsStream(SECP256K1_RESOURCE)) {
            if (in == null) {
                throw new IOException("no " + SECP256K1_RESOURCE);
            }
            var file = work.resolve(SECP256K1);
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        }
    }

    private static Path text(Path work, String name, String text) throws IOException {
        return Files.writeString(work.resolve(name), text);
    }

    private static FileEntriesLayer.Builder layer(String name) {
        return FileEntriesLayer.builder().setName(name);
    }

    private static AbsoluteUnixPath at(String path) {
        return AbsoluteUnixPath.get(path);
    }
}
