package io.tallystick.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of our own that a service reads, from its compiled classes: the {@code @ConfigMapping}s, and
 * {@code ${tallystick...}} in annotations.
 *
 * @param required by environment variable, whether the service does not start without it
 */
record Settings(Map<String, Boolean> required) {
    private static final String MAPPING = "Lio/smallrye/config/ConfigMapping;";
    private static final String DEFAULT = "Lio/smallrye/config/WithDefault;";
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{(tallystick\\.[a-z0-9.-]+)");
    private static final Pattern LIST_OF = Pattern.compile("^\\(\\)Ljava/util/List<L([^;<]+);>;");
    private static final Pattern RENAMED = Pattern.compile("Lio/smallrye/config/With(Name|ParentName|Unnamed).*");

    /** Of the service, with what the kit reads in it. */
    static Settings of(String service) {
        var classes = new HashMap<String, ClassModel>();
        for (var module : List.of("service-kit", service)) {
            read(Path.of("..", module, "target/classes"))
                    .forEach(it -> classes.put(it.thisClass().asInternalName(), it));
        }
        var settings = new Settings(new TreeMap<>());
        for (var type : classes.values()) {
            prefix(type).ifPresent(prefix -> settings.add(prefix, type, classes));
            settings.addExpressions(type);
        }
        settings.addFile(service);
        return settings;
    }

    boolean knows(String variable) {
        return required.keySet().stream()
                .anyMatch(known -> known.endsWith("_*")
                        ? variable.startsWith(known.substring(0, known.length() - 1))
                        : known.equals(variable));
    }

    private void add(String prefix, ClassModel mapping, Map<String, ClassModel> classes) {
        for (var method : mapping.methods()) {
            if (method.code().isPresent() || method.methodTypeSymbol().parameterCount() > 0) {
                continue;
            }
            var annotations = annotations(method);
            if (annotations.stream()
                    .anyMatch(
                            it -> RENAMED.matcher(it.className().stringValue()).matches())) {
                throw new IllegalStateException(mapping.thisClass().asInternalName() + " renames a setting");
            }
            var name = prefix + "." + kebab(method.methodName().stringValue());
            var returned = method.methodTypeSymbol().returnType().descriptorString();
            var group = returned.startsWith("L") ? classes.get(returned.substring(1, returned.length() - 1)) : null;
            if (group != null && group.flags().has(java.lang.reflect.AccessFlag.INTERFACE)) {
                add(name, group, classes);
            } else {
                var hasDefault = annotations.stream()
                        .anyMatch(it -> it.className().stringValue().equals(DEFAULT));
                var many = returned.equals("Ljava/util/Map;") || isListOfGroups(method, classes);
                required.put(
                        variable(name) + (many ? "_*" : ""),
                        !hasDefault && !many && !returned.startsWith("Ljava/util/Optional"));
            }
        }
    }

    /** Such a list may be empty, and its members are numbered; one of values may not, if it is not optional. */
    private static boolean isListOfGroups(MethodModel method, Map<String, ClassModel> classes) {
        return method.findAttribute(Attributes.signature())
                .map(it -> LIST_OF.matcher(it.signature().stringValue()))
                .filter(Matcher::find)
                .map(element -> classes.get(element.group(1)))
                .filter(element -> element.flags().has(java.lang.reflect.AccessFlag.INTERFACE))
                .isPresent();
    }

    private void addExpressions(ClassModel type) {
        type.constantPool().forEach(entry -> {
            if (entry instanceof Utf8Entry text) {
                EXPRESSION
                        .matcher(text.stringValue())
                        .results()
                        .forEach(it -> required.putIfAbsent(variable(it.group(1)), false));
            }
        });
    }

    /** What the service sets for itself is not missing. */
    private void addFile(String service) {
        var file = new Properties();
        try (var in = Files.newInputStream(Path.of("..", service, "src/main/resources/application.properties"))) {
            file.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        file.stringPropertyNames().stream()
                .filter(name -> name.startsWith("tallystick."))
                .forEach(name -> required.put(variable(name), false));
    }

    private static Optional<String> prefix(ClassModel type) {
        return type.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(it -> it.annotations().stream())
                .filter(it -> it.className().stringValue().equals(MAPPING))
                .map(it -> ((AnnotationValue.OfString) it.elements().stream()
                                .filter(element -> element.name().stringValue().equals("prefix"))
                                .findFirst()
                                .orElseThrow()
                                .value())
                        .stringValue())
                .findFirst();
    }

    private static List<Annotation> annotations(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(it -> it.annotations())
                .orElse(List.of());
    }

    /** As SmallRye Config names a method's property. */
    private static String kebab(String method) {
        return method.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** As SmallRye Config looks a property up in the environment. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static List<ClassModel> read(Path classes) {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .map(Settings::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
