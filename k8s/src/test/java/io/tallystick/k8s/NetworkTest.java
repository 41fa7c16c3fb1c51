package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.k8s.Network.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every connection that is allowed stands in this table, and no other is. */
class NetworkTest {
    private static final List<String> NONE = List.of();

    /** What each component allows, beyond what the others do. */
    private static final Map<String, List<String>> ALLOWED = Map.of(
            "network-policies",
            List.of(
                    "metering-service -> identity-service:7101",
                    "metering-service -> billing-service:7103",
                    "metering-service -> model server:443",
                    "billing-service -> chain:443",
                    "identity-service -> dns:53",
                    "metering-service -> dns:53",
                    "billing-service -> dns:53",
                    "identity-service-migration -> dns:53",
                    "metering-service-migration -> dns:53",
                    "billing-service-migration -> dns:53",
                    "kafka -> dns:53",
                    "kafka entity operator -> dns:53",
                    "identity-db -> dns:53",
                    "metering-db -> dns:53",
                    "billing-db -> dns:53",
                    "stranger -> dns:53"),
            "kafka-strimzi",
            List.of(
                    "identity-service -> kafka:9093",
                    "metering-service -> kafka:9093",
                    "billing-service -> kafka:9093",
                    "kafka -> kafka:9090",
                    "kafka -> kafka:9091",
                    "kafka entity operator -> kafka:9091",
                    "kafka entity operator -> kubernetes:6443",
                    "kafka operator -> kafka:8443",
                    "kafka operator -> kafka:9090",
                    "kafka operator -> kafka:9091"),
            "postgresql-cloudnativepg",
            List.of(
                    "identity-service -> identity-db:5432",
                    "identity-service-migration -> identity-db:5432",
                    "metering-service -> metering-db:5432",
                    "metering-service-migration -> metering-db:5432",
                    "billing-service -> billing-db:5432",
                    "billing-service-migration -> billing-db:5432",
                    "identity-db -> identity-db:5432",
                    "metering-db -> metering-db:5432",
                    "billing-db -> billing-db:5432",
                    "identity-db -> kubernetes:6443",
                    "metering-db -> kubernetes:6443",
                    "billing-db -> kubernetes:6443",
                    "database operator -> identity-db:5432",
                    "database operator -> identity-db:8000",
                    "database operator -> metering-db:5432",
                    "database operator -> metering-db:8000",
                    "database operator -> billing-db:5432",
                    "database operator -> billing-db:8000"),
            "ingress-tls",
            List.of(
                    "ingress -> identity-service:7101",
                    "ingress -> metering-service:7102",
                    "ingress -> billing-service:7103"),
            "service-monitors",
            List.of(
                    "prometheus -> identity-service:7111",
                    "prometheus -> metering-service:7112",
                    "prometheus -> billing-service:7113"),
            "opentelemetry",
            List.of(
                    "identity-service -> collector:4317",
                    "metering-service -> collector:4317",
                    "billing-service -> collector:4317"),
            "autoscaling-keda",
            List.of("keda -> kafka:9093"),
            "external-secrets",
            NONE);

    @Test
    void theTableHasALineForEachComponent() {
        assertThat(ALLOWED.keySet()).containsExactlyInAnyOrderElementsOf(Rendered.allComponents());
    }

    @ParameterizedTest
    @MethodSource("withExampleAddresses")
    void allowsWhatTheTableNamesAndNothingElse(Rendered rendered) {
        assertThat(connections(rendered)).containsExactlyInAnyOrderElementsOf(table(rendered));
    }

    /** Its own machine's addresses stand for the outside, so only pods are compared. */
    @Test
    void allowsPodsOfTheLocalOverlayWhatTheTableNames() {
        var local = Rendered.of("local");
        var outside = Set.of("model server", "chain", "kubernetes", "internet");

        assertThat(connections(local).stream().filter(it -> outside.stream().noneMatch(it::contains)))
                .containsExactlyInAnyOrderElementsOf(table(local).stream()
                        .filter(it -> outside.stream().noneMatch(it::contains))
                        .toList());
    }

    @Test
    void noAddressIsTheWholeInternet() {
        assertThat(Rendered.combinations())
                .flatExtracting(rendered -> rendered.all("NetworkPolicy").toList())
                .extracting(Resource::toString)
                .noneMatch(policy -> policy.contains("0.0.0.0/0") || policy.contains("::/0"));
    }

    @Test
    void aPolicyThatLetsTooMuchThroughIsFound() {
        var open = Rendered.of("production")
                .changed(
                        it -> it.name().equals("billing-to-chain"),
                        it -> it.changed(json -> ((ObjectNode) json.at("/spec/egress/0")).remove("to")));
        var wide = Rendered.of("production")
                .changed(
                        it -> it.name().equals("kafka-from-its-users"),
                        it -> it.changed(json -> ((ObjectNode) json.at("/spec/ingress/0"))
                                .putArray("from")
                                .addObject()
                                .putObject("podSelector")));
        var unguarded = Rendered.of("production").without(it -> it.name().equals("default-deny"));

        assertThat(connections(open)).contains("billing-service -> internet:443");
        // From inside the namespace the other end needs leave, too.
        assertThat(connections(wide)).containsExactlyInAnyOrderElementsOf(table(wide));
        assertThat(connections(unguarded)).contains("impostor -> stranger:22");
    }

    @Test
    void aPairThatIsMissingIsFound() {
        var cut = Rendered.of("production").without(it -> it.name().equals("billing-from-gateway"));

        assertThat(connections(cut)).isNotEqualTo(table(cut));
    }

    static Stream<Rendered> withExampleAddresses() {
        return Rendered.combinations().stream()
                .filter(rendered -> !rendered.name().equals("local"));
    }

    private static Set<String> table(Rendered rendered) {
        var table = new TreeSet<String>();
        rendered.components().forEach(component -> table.addAll(ALLOWED.get(component)));
        return table;
    }

    /** Without what only ends outside do with each other, and a port that DNS names twice. */
    private static Set<String> connections(Rendered rendered) {
        var inside = inside(rendered).stream().map(End::name).toList();
        var ends = new ArrayList<>(inside(rendered));
        ends.addAll(outside(rendered));
        var connections = Network.of(rendered).connections(ends);
        connections.removeIf(it ->
                inside.stream().noneMatch(name -> it.startsWith(name + " ->") || it.contains("-> " + name + ":")));
        return connections;
    }

    private static List<End> inside(Rendered rendered) {
        var namespace = rendered.all("Namespace").findFirst().orElseThrow().name();
        var ends = new ArrayList<End>();
        rendered.resources().stream()
                .filter(Resource::isWorkload)
                .forEach(it -> ends.add(End.pod(it.name(), namespace, it.podLabels())));
        ends.add(End.pod("kafka", namespace, Map.of("strimzi.io/name", "tallystick-kafka")));
        ends.add(End.pod("kafka entity operator", namespace, Map.of("strimzi.io/name", "tallystick-entity-operator")));
        for (var database : List.of("identity-db", "metering-db", "billing-db")) {
            ends.add(End.pod(database, namespace, Map.of("cnpg.io/cluster", database)));
        }
        ends.add(End.pod("stranger", namespace, Map.of("app.kubernetes.io/name", "stranger")));
        return ends;
    }

    private static List<End> outside(Rendered rendered) {
        var name = "app.kubernetes.io/name";
        return List.of(
                End.pod("dns", "kube-system", Map.of("k8s-app", "kube-dns")),
                End.pod("ingress", "ingress", Map.of(name, "controller")),
                End.pod("prometheus", "monitoring", Map.of(name, "prometheus")),
                End.pod("grafana", "monitoring", Map.of(name, "grafana")),
                End.pod("collector", "observability", Map.of(name, "opentelemetry-collector")),
                End.pod("keda", "keda", Map.of(name, "keda-operator")),
                End.pod("kafka operator", "kafka-operator", Map.of("strimzi.io/kind", "cluster-operator")),
                End.pod("database operator", "cnpg-system", Map.of(name, "cloudnative-pg")),
                // Looks like one of ours, in a namespace that somebody else owns.
                End.pod(
                        "impostor",
                        "elsewhere",
                        Map.of(name, "metering-service", "app.kubernetes.io/component", "service")),
                End.address("model server", address(rendered, "gateway-to-model-server", "192.0.2.1")),
                End.address("chain", address(rendered, "billing-to-chain", "198.51.100.1")),
                End.address("kubernetes", address(rendered, "databases-to-kubernetes", "203.0.113.1")),
                End.address("internet", "192.0.2.200"));
    }

    /** The first address of the block that the policy names, if there is such a policy. */
    private static String address(Rendered rendered, String policy, String otherwise) {
        return rendered.all("NetworkPolicy")
                .filter(it -> it.name().equals(policy))
                .map(it -> it.at("/spec/egress/0/to/0/ipBlock/cidr").asText().replaceAll("/.*", ""))
                .findFirst()
                .orElse(otherwise);
    }
}
