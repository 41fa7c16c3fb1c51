package io.tallystick.images;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.images.SharedLibraries.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is in an image, as CycloneDX: what Maven says of the executable, and the C libraries beside it, which come from the
 * machine that packs and not from Maven.
 */
final class Contents {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path OS_RELEASE = Path.of("/etc/os-release");

    private Contents() {}

    /** Writes the list of the whole image. */
    static Path write(Path ofExecutable, List<Library> libraries, Path file) throws IOException, InterruptedException {
        var contents = (ObjectNode) JSON.readTree(ofExecutable.toFile());
        for (var library : libraries) {
            add(contents, library);
        }
        return Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(contents));
    }

    private static void add(ObjectNode contents, Library library) throws IOException, InterruptedException {
        var component = contents.withArray("components").addObject();
        var name = library.file().getFileName().toString();
        component
                .put("type", "library")
                .put("bom-ref", "file:" + library.name())
                .put("name", name);
        var osRelease = Files.exists(OS_RELEASE) ? Files.readString(OS_RELEASE) : "";
        DebianPackage.of(library.file(), osRelease)
                .ifPresent(from -> component.put("version", from.version()).put("purl", from.url()));
        component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", Sha256.of(library.file()));
        component.put("scope", "required");
    }
}
