package io.tallystick.kit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a native executable needs to be told and a JVM finds by itself, found without compiling one: the types that JSON
 * reaches by reflection.
 *
 * <p>Quarkus registers what an endpoint's signature names, but not the implementations of an interface. What our own code hands to Jackson, or answers beside an
 * endpoint's signature, is registered by {@code @RegisterForReflection} at the edge, or by the module's
 * {@code META-INF/native-image/io.tallystick/<module>/reachability-metadata.json}.
 */
public final class NativeRules {
    private static final String OURS = "io.tallystick.";
    private static final String REGISTERED = "io.quarkus.runtime.annotations.RegisterForReflection";
    private static final String METADATA = "META-INF/native-image/io.tallystick/%s/reachability-metadata.json";
    private static final List<String> WHOLE =
            List.of("allDeclaredConstructors", "allDeclaredMethods", "allDeclaredFields");

    /** Methods that read an object from JSON or write one. */
    private static final Set<String> CONVERSIONS = Set.of(
            "readValue",
            "readValues",
            "readValueAs",
            "readerFor",
            "treeToValue",
            "convertValue",
            "valueToTree",
            "writeValue",
            "writeValueAsString",
            "writeValueAsBytes",
            "writeObject",
            "writePOJO",
            "putPOJO",
            "addPOJO");

    private static final String JACKSON = "com.fasterxml.jackson.";
    private static final List<String> ANSWERS = List.of(
            "jakarta.ws.rs.core.Response$ResponseBuilder", "org.jboss.resteasy.reactive.RestResponse$ResponseBuilder");

    private NativeRules() {}

    /**
     * A method that converts JSON, or answers an object by hand, shows by its parameters, its result, its class literals
     * and what it makes which of our types that concerns; each of them is registered with all that it holds.
     *
     * @param modules whose metadata counts, such as {@code events}
     */
    public static ArchRule typesInJsonAreRegistered(String... modules) {
        var listed = Arrays.stream(modules)
                .flatMap(module -> wholeTypes(metadata(module)).stream())
                .collect(Collectors.toSet());
        return codeUnits()
                .should(new ArchCondition<>("register the types that JSON reaches by reflection") {
                    private Set<String> ofEndpoints = Set.of();

                    @Override
                    public void init(Collection<JavaCodeUnit> all) {
                        ofEndpoints = all.stream()
                                .filter(NativeRules::isEndpoint)
                                .flatMap(NativeRules::signature)
                                .flatMap(type -> reached(type).stream())
                                .collect(Collectors.toSet());
                    }

                    @Override
                    public void check(JavaCodeUnit unit, ConditionEvents events) {
                        if (isEndpoint(unit)) {
                            hidden(unit)
                                    .filter(name -> !listed.contains(name) && !isAnnotated(name))
                                    .forEach(name -> events.add(SimpleConditionEvent.violated(
                                            unit,
                                            name + " is answered by " + unit.getFullName()
                                                    + " as an interface and not registered for reflection")));
                        }
                        if (!converts(unit)) {
                            return;
                        }
                        candidates(unit)
                                .filter(JavaClass::isRecord)
                                .flatMap(type -> reached(type).stream())
                                .filter(name -> !ofEndpoints.contains(name) && !listed.contains(name))
                                .filter(name -> !isAnnotated(name))
                                .distinct()
                                .forEach(name -> events.add(SimpleConditionEvent.violated(
                                        unit,
                                        name + " is converted by " + unit.getFullName()
                                                + " and not registered for reflection")));
                        if (unit.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(Object.class))) {
                            events.add(SimpleConditionEvent.violated(
                                    unit, unit.getFullName() + " converts any object; let it say which types"));
                        }
                    }
                })
                .allowEmptyShould(true);
    }

    /** The types that the module's metadata names and that are not there: renamed, or gone. */
    public static List<String> missingTypes(String module) {
        return types(metadata(module)).filter(name -> load(name) == null).toList();
    }

    /** The resources that the module's metadata names and that are not there. */
    public static List<String> missingResources(String module) {
        return metadata(module)
                .path("resources")
                .valueStream()
                .map(entry -> entry.path("glob").asText())
                .filter(name -> loader().getResource(name) == null)
                .toList();
    }

    /** What an endpoint's signature does not show: the implementations of its interfaces, with all that they hold. */
    private static Stream<String> hidden(JavaCodeUnit endpoint) {
        return signature(endpoint)
                .flatMap(type -> withComponents(type, new HashSet<>()).stream())
                .filter(type -> type.isInterface() && type.getName().startsWith(OURS))
                .flatMap(type -> type.getAllSubclasses().stream())
                .flatMap(type -> reached(type).stream())
                .distinct();
    }

    private static Set<JavaClass> withComponents(JavaClass type, Set<JavaClass> seen) {
        if (seen.add(type) && type.isRecord()) {
            components(type).forEach(component -> withComponents(component, seen));
        }
        return seen;
    }

    private static Stream<JavaClass> components(JavaClass type) {
        return type.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                .flatMap(field -> field.getType().getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType);
    }

    private static boolean isEndpoint(JavaCodeUnit unit) {
        return unit instanceof JavaMethod method
                && method.getAnnotations().stream()
                        .anyMatch(annotation -> annotation.getRawType().isAnnotatedWith("jakarta.ws.rs.HttpMethod"));
    }

    private static boolean converts(JavaCodeUnit unit) {
        return unit.getCallsFromSelf().stream().anyMatch(NativeRules::isConversion);
    }

    private static boolean isConversion(JavaAccess<?> call) {
        var owner = call.getTargetOwner().getName();
        return (owner.startsWith(JACKSON) && CONVERSIONS.contains(call.getName()))
                || (ANSWERS.contains(owner) && call.getName().equals("entity"));
    }

    private static Stream<JavaClass> candidates(JavaCodeUnit unit) {
        var literals = unit.getReferencedClassObjects().stream().map(ReferencedClassObject::getRawType);
        var made = unit.getConstructorCallsFromSelf().stream().map(JavaAccess::getTargetOwner);
        // A TypeReference is a class of its own, and says its type as its superclass' parameter.
        var references = unit.getConstructorCallsFromSelf().stream()
                .flatMap(call -> call.getTargetOwner().getSuperclass().stream())
                .map(JavaType::getAllInvolvedRawTypes)
                .flatMap(Set::stream);
        return Stream.of(signature(unit), literals, made, references).flatMap(types -> types);
    }

    private static Stream<JavaClass> signature(JavaCodeUnit unit) {
        return Stream.concat(unit.getParameterTypes().stream(), Stream.of(unit.getReturnType()))
                .map(JavaType::getAllInvolvedRawTypes)
                .flatMap(Set::stream);
    }

    /** The record or enum and all of ours in its components, by their names. */
    private static Set<String> reached(JavaClass type) {
        var names = new HashSet<String>();
        reach(type.getBaseComponentType(), names);
        return names;
    }

    private static void reach(JavaClass type, Set<String> names) {
        boolean inJson = type.getName().startsWith(OURS) && (type.isRecord() || type.isEnum());
        if (!inJson || !names.add(type.getName())) {
            return;
        }
        if (type.isRecord()) {
            components(type).forEach(component -> reach(component, names));
        }
    }

    private static boolean isAnnotated(String name) {
        var type = load(name);
        return type != null
                && Arrays.stream(type.getDeclaredAnnotations())
                        .anyMatch(annotation ->
                                annotation.annotationType().getName().equals(REGISTERED));
    }

    private static Set<String> wholeTypes(JsonNode metadata) {
        return metadata.path("reflection")
                .valueStream()
                .filter(entry ->
                        WHOLE.stream().allMatch(flag -> entry.path(flag).asBoolean()))
                .map(entry -> entry.path("type").asText())
                .collect(Collectors.toSet());
    }

    private static Stream<String> types(JsonNode metadata) {
        return metadata.path("reflection").valueStream().map(entry -> entry.path("type")
                .asText());
    }

    private static JsonNode metadata(String module) {
        var path = METADATA.formatted(module);
        try (var in = loader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no " + path);
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, loader());
        } catch (ClassNotFoundException _) {
            return null;
        }
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }
}
