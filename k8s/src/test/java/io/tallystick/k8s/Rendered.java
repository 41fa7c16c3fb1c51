package io.tallystick.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A combination of the base and components, rendered. Each is rendered once for all tests.
 *
 * @param components in the order in which the kustomization names them
 */
record Rendered(String name, List<String> components, List<Resource> resources) {
    private static final Path BASE = Path.of("base");
    private static final Path OVERLAYS = Path.of("overlays");
    private static final Path MADE = Path.of("target/combinations");

    private static final Map<String, Rendered> ALL = all();

    static List<Rendered> overlays() {
        return List.of(of("local"), of("staging"), of("production"));
    }

    static List<Rendered> combinations() {
        return List.copyOf(ALL.values());
    }

    /** An overlay, {@code base}, or {@code base+component}. */
    static Rendered of(String name) {
        return ALL.get(name);
    }

    static List<String> allComponents() {
        return names(Path.of("components"));
    }

    Stream<Resource> all(String kind) {
        return resources.stream().filter(resource -> resource.is(kind));
    }

    Resource one(String kind, String name) {
        return all(kind)
                .filter(resource -> resource.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(this.name + " has no " + kind + "/" + name));
    }

    /** A ConfigMap that Kustomize generated, whose name ends in a digest. */
    Map<String, String> configMap(String name) {
        var found = all("ConfigMap")
                .filter(map -> map.name().matches(name + "-[a-z0-9]{10}"))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(this.name + " has " + found.size() + " ConfigMaps " + name);
        }
        return Resource.texts(found.getFirst().at("/data"));
    }

    /** The same with one resource changed. */
    Rendered changed(Predicate<Resource> which, java.util.function.UnaryOperator<Resource> change) {
        return new Rendered(
                name,
                components,
                resources.stream()
                        .map(resource -> which.test(resource) ? change.apply(resource) : resource)
                        .toList());
    }

    Rendered without(Predicate<Resource> which) {
        return new Rendered(
                name, components, resources.stream().filter(which.negate()).toList());
    }

    @Override
    public String toString() {
        return name;
    }

    private static Map<String, Rendered> all() {
        var all = new LinkedHashMap<String, Rendered>();
        for (var overlay : names(OVERLAYS)) {
            all.put(overlay, rendered(overlay, OVERLAYS.resolve(overlay)));
        }
        all.put("base", rendered("base", BASE));
        for (var component : allComponents()) {
            all.put("base+" + component, rendered("base+" + component, made(component)));
        }
        return all;
    }

    private static Rendered rendered(String name, Path folder) {
        return new Rendered(name, componentsOf(folder), Kubectl.kustomize(folder));
    }

    private static List<String> componentsOf(Path folder) {
        try {
            var kustomization = Resource.read(Files.readString(folder.resolve("kustomization.yaml")));
            return Resource.list(kustomization.getFirst().at("/components")).stream()
                    .map(path -> Path.of(path.asText()).getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The base with one component and nothing else: each has to be of use alone. */
    private static Path made(String component) {
        try {
            var folder = Files.createDirectories(MADE.resolve(component));
            Files.writeString(folder.resolve("kustomization.yaml"), """
                    apiVersion: kustomize.config.k8s.io/v1beta1
                    kind: Kustomization
                    namespace: tallystick
                    resources: [../../../base]
                    components: [../../../components/%s]
                    """.formatted(component));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
