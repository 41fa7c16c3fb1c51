package io.tallystick.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A native executable reflects on a class only if the metadata names it; an event that is not named is unreadable there,
 * and nowhere else.
 */
class NativeMetadataTest {
    private static final String METADATA = "/META-INF/native-image/io.tallystick/events/reachability-metadata.json";

    @Test
    void namesEachTypeInAnEventAndNoOther() throws IOException {
        assertThat(wholeTypes()).isEqualTo(typesInEvents());
    }

    private static Set<String> typesInEvents() {
        var names = new TreeSet<String>();
        Arrays.stream(EventType.values()).forEach(type -> reach(type.data(), names));
        return names;
    }

    private static void reach(Type type, Set<String> names) {
        switch (type) {
            case ParameterizedType generic ->
                Stream.of(generic.getActualTypeArguments()).forEach(argument -> reach(argument, names));
            case Class<?> ours
            when ours.getPackage() == EventType.class.getPackage() && names.add(ours.getName()) -> {
                if (ours.isRecord()) {
                    Arrays.stream(ours.getRecordComponents()).forEach(part -> reach(part.getGenericType(), names));
                }
            }
            default -> {}
        }
    }

    private static Set<String> wholeTypes() throws IOException {
        try (var in = NativeMetadataTest.class.getResourceAsStream(METADATA)) {
            return new ObjectMapper()
                    .readTree(in)
                    .path("reflection")
                    .valueStream()
                    .filter(NativeMetadataTest::isWhole)
                    .map(entry -> entry.path("type").asText())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isWhole(JsonNode entry) {
        return Stream.of("allDeclaredConstructors", "allDeclaredMethods", "allDeclaredFields")
                .allMatch(flag -> entry.path(flag).asBoolean());
    }
}
