package io.tallystick.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Who reaches whom, as a cluster decides by the policies: a pod that no policy chooses may do all, one that a policy
 * chooses what any of them allows, and a connection needs the leave of both ends.
 */
record Network(List<Resource> policies) {

    /** A pod, or an address outside of the cluster, which has no labels. */
    record End(String name, String namespace, Map<String, String> labels, String address) {

        static End pod(String name, String namespace, Map<String, String> labels) {
            return new End(name, namespace, Map.copyOf(labels), "");
        }

        static End address(String name, String address) {
            return new End(name, "", Map.of(), address);
        }

        boolean isPod() {
            return address.isEmpty();
        }
    }

    static Network of(Rendered rendered) {
        return new Network(rendered.all("NetworkPolicy").toList());
    }

    /** All allowed connections, as {@code from -> to:port}. */
    Set<String> connections(List<End> ends) {
        var connections = new TreeSet<String>();
        var ports = ports().toList();
        for (var from : ends) {
            for (var to : ends) {
                ports.stream()
                        .filter(port -> !from.equals(to) || isNamed(from, port))
                        .filter(port -> reaches(from, to, port))
                        .forEach(port -> connections.add("%s -> %s:%d".formatted(from.name(), to.name(), port)));
            }
        }
        return connections;
    }

    /** Two pods of one kind are one end here: it may reach itself only where a policy of its namespace says so. */
    private boolean isNamed(End end, int port) {
        return chosen(end, "Egress").findAny().isPresent() && reaches(end, end, port);
    }

    boolean reaches(End from, End to, int port) {
        return allows("Egress", "to", from, to, port) && allows("Ingress", "from", to, from, port);
    }

    /** Every port that a policy names, and one that none does. */
    private Stream<Integer> ports() {
        var named = policies.stream()
                .flatMap(policy -> Stream.of("ingress", "egress")
                        .flatMap(way -> Resource.list(policy.at("/spec/" + way)).stream()))
                .flatMap(rule -> Resource.list(rule.path("ports")).stream())
                .map(port -> port.path("port").asInt());
        return Stream.concat(named, Stream.of(22)).distinct();
    }

    private boolean allows(String type, String side, End end, End other, int port) {
        if (!end.isPod()) {
            return true;
        }
        var choosing = chosen(end, type).toList();
        return choosing.isEmpty()
                || choosing.stream()
                        .flatMap(policy ->
                                Resource.list(policy.at("/spec/" + (type.equals("Egress") ? "egress" : "ingress")))
                                        .stream()
                                        .filter(rule -> matches(rule.path(side), policy.namespace(), other)))
                        .anyMatch(rule -> rule.path("ports").isMissingNode()
                                || Resource.list(rule.path("ports")).stream()
                                        .anyMatch(named -> named.path("port").asInt() == port));
    }

    private Stream<Resource> chosen(End end, String type) {
        return policies.stream()
                .filter(policy -> end.isPod() && policy.namespace().equals(end.namespace()))
                .filter(policy -> Resource.list(policy.at("/spec/policyTypes")).stream()
                        .anyMatch(named -> named.asText().equals(type)))
                .filter(policy -> selects(policy.at("/spec/podSelector"), end.labels()));
    }

    private static boolean matches(JsonNode peers, String namespace, End end) {
        return peers.isMissingNode()
                || Resource.list(peers).stream().anyMatch(peer -> matchesOne(peer, namespace, end));
    }

    private static boolean matchesOne(JsonNode peer, String namespace, End end) {
        if (peer.has("ipBlock")) {
            return !end.isPod() && contains(peer.at("/ipBlock/cidr").asText(), end.address());
        }
        var inNamespace = peer.has("namespaceSelector")
                ? selects(peer.path("namespaceSelector"), Map.of("kubernetes.io/metadata.name", end.namespace()))
                : end.namespace().equals(namespace);
        return end.isPod()
                && inNamespace
                && (!peer.has("podSelector") || selects(peer.path("podSelector"), end.labels()));
    }

    private static boolean selects(JsonNode selector, Map<String, String> labels) {
        return labels.entrySet()
                        .containsAll(
                                Resource.texts(selector.path("matchLabels")).entrySet())
                && Resource.list(selector.path("matchExpressions")).stream().allMatch(it -> selectsBy(it, labels));
    }

    private static boolean selectsBy(JsonNode expression, Map<String, String> labels) {
        var label = labels.get(expression.path("key").asText());
        return switch (expression.path("operator").asText()) {
            case "Exists" -> label != null;
            case "In" ->
                Resource.list(expression.path("values")).stream()
                        .map(JsonNode::asText)
                        .anyMatch(value -> value.equals(label));
            default -> throw new IllegalArgumentException("not understood here: " + expression);
        };
    }

    private static boolean contains(String cidr, String address) {
        var parts = cidr.split("/", -1);
        int bits = Integer.parseInt(parts[1]);
        long mask = bits == 0 ? 0 : -1L << (32 - bits);
        return (number(parts[0]) & mask) == (number(address) & mask);
    }

    private static long number(String address) {
        var bytes = Stream.of(address.split("\\.", -1))
                .map(Long::parseLong)
                .collect(Collectors.toCollection(ArrayList::new));
        return IntStream.range(0, 4)
                .mapToLong(i -> bytes.get(i) << (8 * (3 - i)))
                .sum();
    }
}
