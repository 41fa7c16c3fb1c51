package io.tallystick.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.images.SharedLibraries.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentsTest {

    @TempDir
    Path folder;

    @Test
    void areTheJarsAndTheLibrariesWithTheirDigests() throws Exception {
        // Given
        var ofExecutable = Files.writeString(folder.resolve("service.cdx.json"), """
                {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "vertx-core"}]}
                """);
        var library = Files.writeString(folder.resolve("libz.so.1"), "abc");

        // When
        var written = Contents.write(
                ofExecutable, List.of(new Library("libz.so.1", library)), folder.resolve("service.oci.cdx.json"));

        // Then
        var components = components(written);
        assertThat(components).extracting(named("name")).containsExactly("vertx-core", "libz.so.1");
        assertThat(components.getLast().at("/hashes/0/content").asText())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    /** Of this machine's C library, whatever its name: {@code java} is linked with it as an executable is. */
    @Test
    void coverEveryLibraryThatIsPacked() throws Exception {
        // Given
        var executable = Path.of(System.getProperty("java.home"), "bin", "java");
        var ofExecutable = Files.writeString(folder.resolve("service.cdx.json"), "{\"components\": []}");
        var libraries = SharedLibraries.of(executable);

        // When
        var written = Contents.write(ofExecutable, libraries, folder.resolve("service.oci.cdx.json"));

        // Then
        assertThat(components(written))
                .extracting(named("bom-ref"))
                .containsExactlyElementsOf(libraries.stream()
                        .map(library -> "file:" + library.name())
                        .toList())
                .anyMatch(name -> name.startsWith("file:libc."));
    }

    private static List<JsonNode> components(Path file) throws IOException {
        var components = new ObjectMapper().readTree(file.toFile()).path("components");
        return StreamSupport.stream(components.spliterator(), false).toList();
    }

    private static Function<JsonNode, String> named(String field) {
        return component -> component.path(field).asText();
    }
}
