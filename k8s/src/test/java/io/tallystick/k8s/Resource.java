package io.tallystick.k8s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One resource as it would be applied. */
record Resource(ObjectNode json) {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    static List<Resource> read(String yaml) {
        var resources = new ArrayList<Resource>();
        try (var values = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml)) {
            values.forEachRemaining(value -> resources.add(new Resource(value)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(resources);
    }

    String apiVersion() {
        return json.path("apiVersion").asText();
    }

    String kind() {
        return json.path("kind").asText();
    }

    String name() {
        return at("/metadata/name").asText();
    }

    String namespace() {
        return at("/metadata/namespace").asText();
    }

    /** For messages: {@code Deployment/billing-service}. */
    String id() {
        return kind() + "/" + name();
    }

    JsonNode at(String pointer) {
        return json.at(pointer);
    }

    boolean is(String kind) {
        return kind().equals(kind);
    }

    /** Whether a pod comes of it. */
    boolean isWorkload() {
        return is("Deployment") || is("Job");
    }

    JsonNode pod() {
        return at("/spec/template/spec");
    }

    Map<String, String> podLabels() {
        return texts(at("/spec/template/metadata/labels"));
    }

    List<JsonNode> containers() {
        return Stream.concat(list(pod().path("containers")).stream(), list(pod().path("initContainers")).stream())
                .toList();
    }

    /** A copy that {@code change} has changed. */
    Resource changed(Consumer<ObjectNode> change) {
        var copy = json.deepCopy();
        change.accept(copy);
        return new Resource(copy);
    }

    static List<JsonNode> list(JsonNode array) {
        var items = new ArrayList<JsonNode>();
        array.forEach(items::add);
        return items;
    }

    static Map<String, String> texts(JsonNode object) {
        var texts = new HashMap<String, String>();
        object.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return Map.copyOf(texts);
    }

    @Override
    public String toString() {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
