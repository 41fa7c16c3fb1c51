package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No field is misspelt: the cluster would drop it in silence. */
class TypesTest {

    @Test
    void everyFieldOfEveryCombinationIsKnownToItsKind() {
        var resources = Rendered.combinations().stream()
                .flatMap(combination -> combination.resources().stream())
                .distinct()
                .toList();

        assertThat(Types.complaints(resources)).isEmpty();
    }

    /** One misspelt field for each kind that is used, in the deepest object that it has; and texts for numbers. */
    @Test
    void aMisspeltFieldIsFoundInEveryKindAndAValueOfAnotherType() {
        var kinds = new LinkedHashMap<String, Resource>();
        Rendered.combinations().stream()
                .flatMap(combination -> combination.resources().stream())
                .forEach(resource -> kinds.putIfAbsent(resource.apiVersion() + " " + resource.kind(), resource));
        var misspelt = kinds.values().stream()
                .map(resource -> resource.changed(json -> deepest(json).put("misspelt", 1)))
                .toList();

        var mistyped = List.of(
                Rendered.of("production").one("Deployment", "metering-service").changed(json -> object(json, "/spec")
                        .put("minReadySeconds", "soon")),
                Rendered.of("production").one("KafkaTopic", "key.changed").changed(json -> object(json, "/spec")
                        .put("partitions", "many")));

        var complaints = Types.complaints(
                Stream.concat(misspelt.stream(), mistyped.stream()).toList());

        assertThat(kinds.keySet())
                .contains("apps/v1 Deployment", "kafka.strimzi.io/v1 Kafka", "keda.sh/v1alpha1 ScaledObject");
        assertThat(misspelt).allSatisfy(resource -> assertThat(complaints)
                .as(resource.id())
                .anyMatch(complaint -> complaint.startsWith(resource.id()) && complaint.contains("misspelt")));
        assertThat(mistyped).allSatisfy(resource -> assertThat(complaints)
                .as(resource.id())
                .anyMatch(complaint -> complaint.startsWith(resource.id())));
    }

    private static ObjectNode object(ObjectNode json, String pointer) {
        return (ObjectNode) json.at(pointer);
    }

    /** Not below a map from names to texts, which knows every name. */
    private static ObjectNode deepest(ObjectNode json) {
        var open = List.of(
                "selector",
                "labels",
                "annotations",
                "matchLabels",
                "data",
                "config",
                "metadata",
                "parameters",
                "requests",
                "limits");
        var found = json;
        for (var entry : json.properties()) {
            if (!open.contains(entry.getKey())) {
                for (var child : objects(entry.getValue())) {
                    found = deepest(child);
                }
            }
        }
        return found;
    }

    private static Collection<ObjectNode> objects(JsonNode value) {
        return switch (value) {
            case ObjectNode object -> List.of(object);
            case JsonNode array
            when array.isArray() ->
                Resource.list(array).stream()
                        .filter(ObjectNode.class::isInstance)
                        .map(ObjectNode.class::cast)
                        .toList();
            default -> List.of();
        };
    }
}
