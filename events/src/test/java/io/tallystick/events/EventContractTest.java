package io.tallystick.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published example, the schema and the record of each event say the same. */
class EventContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @EnumSource(EventType.class)
    void theExampleFitsTheSchemaAndSurvivesTheRecord(EventType type) throws IOException {
        var example = resource("/examples/" + file(type));

        assertThat(schema("/schemas/envelope.v1.json").validate(example, InputFormat.JSON))
                .isEmpty();
        var data = JSON.readTree(example).get("data");
        assertThat(schema("/schemas/" + file(type)).validate(data.toString(), InputFormat.JSON))
                .isEmpty();

        var written = (ObjectNode) JSON.readTree(EventJson.write(EventJson.read(example.getBytes(UTF_8))));
        assertThat(schema("/schemas/envelope.v1.json").validate(written.toString(), InputFormat.JSON))
                .isEmpty();
        written.remove("subject");
        assertThat((JsonNode) written).isEqualTo(JSON.readTree(example));
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void theSchemaNamesTheRecordsFieldsAndNoOthers(EventType type) throws IOException {
        var schema = JSON.readTree(resource("/schemas/" + file(type)));
        var fields = Arrays.stream(type.data().getRecordComponents())
                .map(component -> component.getName())
                .collect(Collectors.toSet());

        assertThat(schema.get("title").asText()).isEqualTo(type.type());
        assertThat(schema.get("properties").fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(fields);
        assertThat(Stream.of(schema.get("required"))
                        .flatMap(names -> names.valueStream().map(JsonNode::asText)))
                .containsExactlyInAnyOrderElementsOf(fields);
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void theSchemaRefusesAnEventWithoutOneOfItsFields(EventType type) throws IOException {
        var schema = schema("/schemas/" + file(type));
        var data = JSON.readTree(resource("/examples/" + file(type))).get("data");

        for (var field : type.data().getRecordComponents()) {
            var without = ((ObjectNode) data.deepCopy()).without(field.getName());
            assertThat(schema.validate(without.toString(), InputFormat.JSON))
                    .as("without " + field.getName())
                    .isNotEmpty();
        }
    }

    @Test
    void aFieldOfALaterVersionIsSkipped() throws IOException {
        var example = JSON.readTree(resource("/examples/meter-advanced.v1.json"));
        ((ObjectNode) example.get("data")).put("addedLater", "x");

        assertThat(EventJson.read(JSON.writeValueAsBytes(example)).data()).isInstanceOf(MeterAdvanced.class);
    }

    /** During a roll-out a reader hears identity-service of the version before. */
    @Test
    void aHeartbeatWithoutWhatWasAddedLaterSaysNothingOfIt() throws IOException {
        var example = JSON.readTree(resource("/examples/identity-heartbeat.v1.json"));
        ((ObjectNode) example.get("data")).remove(List.of("revisions", "nonces"));

        assertThat(EventJson.read(JSON.writeValueAsBytes(example)).data())
                .isInstanceOfSatisfying(IdentityHeartbeat.class, heartbeat -> {
                    assertThat(heartbeat.revisions()).isEmpty();
                    assertThat(heartbeat.nonces()).isEmpty();
                });
    }

    @Test
    void aDidWithoutTheVersionThatWasAddedLaterIsOneOfWhichNothingIsSaid() throws IOException {
        var example = JSON.readTree(resource("/examples/did-changed.v1.json"));
        ((ObjectNode) example.get("data")).remove("version");

        assertThat(EventJson.read(JSON.writeValueAsBytes(example)).data())
                .isInstanceOfSatisfying(
                        DidChanged.class, did -> assertThat(did.version()).isEmpty());
    }

    @Test
    void aSettlementWithoutTheGasPriceThatWasAddedLaterSaysNothingOfIt() throws IOException {
        var example = JSON.readTree(resource("/examples/settlement-changed.v1.json"));
        ((ObjectNode) example.get("data")).remove("gasPriceWei");

        assertThat(EventJson.read(JSON.writeValueAsBytes(example)).data())
                .isInstanceOfSatisfying(SettlementChanged.class, settlement -> assertThat(settlement.gasPriceWei())
                        .isZero());
    }

    @Test
    void dataThatBreaksARuleOfItsRecordIsRefused() throws IOException {
        var example = JSON.readTree(resource("/examples/meter-advanced.v1.json"));
        ((ObjectNode) example.get("data")).put("voided", "99999");

        assertThatThrownBy(() -> EventJson.read(JSON.writeValueAsBytes(example)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("voided");
    }

    @Test
    void anotherTypeOrGarbageIsRefused() {
        for (var text : new String[] {"{}", "[]", "", "not json", "{\"type\":\"com.example.other.v1\"}", "null"}) {
            assertThatThrownBy(() -> EventJson.read(text.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String file(EventType type) {
        return type.type()
                        .substring("io.tallystick.".length(), type.type().length() - ".v1".length())
                        .replace('.', '-') + ".v1.json";
    }

    private static JsonSchema schema(String path) throws IOException {
        var formats =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(resource(path), formats);
    }

    private static String resource(String path) throws IOException {
        try (var in = EventContractTest.class.getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
