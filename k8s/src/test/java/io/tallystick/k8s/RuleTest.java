package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleTest {
    private static final String DEPLOYMENT = "Deployment/billing-service";
    private static final String JOB = "Job/metering-service-migration";

    @ParameterizedTest
    @EnumSource
    void holdsInEveryCombination(Rule rule) {
        assertThat(Rendered.combinations()).allSatisfy(combination -> assertThat(rule.brokenBy(combination))
                .as("%s", combination)
                .isEmpty());
    }

    /** Without this, a rule that looks at nothing would hold everywhere. */
    @ParameterizedTest
    @MethodSource("breaches")
    void isBrokenByWhatBreaksIt(Breach breach) {
        assertThat(breach.rule().brokenBy(breach.rendered())).containsExactly(breach.by());
    }

    @Test
    void everyRuleIsBrokenOnce() {
        assertThat(breaches().map(Breach::rule)).contains(Rule.values());
    }

    /** @param by who breaks the rule */
    record Breach(Rule rule, String by, Rendered rendered) {

        @Override
        public String toString() {
            return rule + " by " + by;
        }
    }

    static Stream<Breach> breaches() {
        return Stream.of(
                pod(Rule.RUNS_AS_NOBODY, DEPLOYMENT, pod -> context(pod).remove("runAsNonRoot")),
                pod(Rule.RUNS_AS_NOBODY, JOB, pod -> context(pod).put("runAsUser", 0)),
                pod(Rule.SECCOMP, JOB, pod -> context(pod).remove("seccompProfile")),
                container(Rule.READS_ONLY, JOB, it -> context(it).put("readOnlyRootFilesystem", false)),
                container(Rule.GAINS_NO_PRIVILEGE, DEPLOYMENT, it -> context(it).remove("allowPrivilegeEscalation")),
                container(Rule.GAINS_NO_PRIVILEGE, DEPLOYMENT, it -> context(it).put("privileged", true)),
                container(Rule.GAINS_NO_PRIVILEGE, DEPLOYMENT, it -> context(it).put("runAsUser", 0)),
                container(Rule.DROPS_ALL_CAPABILITIES, DEPLOYMENT, it -> context(it)
                        .withObject("capabilities")
                        .withArray("add")
                        .add("NET_RAW")),
                pod(Rule.WRITES_NOWHERE_BUT_TMP, DEPLOYMENT, pod -> pod.withArray("volumes")
                        .addObject()
                        .put("name", "state")
                        .putObject("hostPath")
                        .put("path", "/var")),
                container(Rule.WRITES_NOWHERE_BUT_TMP, DEPLOYMENT, it -> it.withArray("volumeMounts")
                        .addObject()
                        .put("name", "keys")
                        .put("mountPath", "/srv")),
                pod(Rule.STAYS_OFF_THE_NODE, DEPLOYMENT, pod -> pod.put("hostNetwork", true)),
                pod(Rule.HOLDS_NO_CLUSTER_ACCESS, JOB, pod -> pod.remove("automountServiceAccountToken")),
                pod(
                        Rule.HAS_AN_ACCOUNT_OF_ITS_OWN,
                        DEPLOYMENT,
                        pod -> pod.put("serviceAccountName", "identity-service")),
                pod(Rule.READS_NO_SERVICE_LINKS, DEPLOYMENT, pod -> pod.remove("enableServiceLinks")),
                container(Rule.ASKS_AND_IS_LIMITED, JOB, it -> object(it, "resources")
                        .remove("limits")),
                container(Rule.PROBES_APART, DEPLOYMENT, it -> it.remove("startupProbe")),
                container(Rule.PROBES_APART, DEPLOYMENT, it -> object(object(it, "livenessProbe"), "httpGet")
                        .put("path", "/q/health/ready")),
                container(Rule.PROBES_APART, DEPLOYMENT, it -> object(object(it, "readinessProbe"), "httpGet")
                        .put("port", "http")),
                change(Rule.NEVER_LESS_THAN_WANTED, DEPLOYMENT, it -> at(it, "/spec/strategy/rollingUpdate")
                        .put("maxUnavailable", 1)),
                pod(Rule.SPREADS_OVER_NODES_AND_ZONES, DEPLOYMENT, pod -> ((ArrayNode)
                                pod.path("topologySpreadConstraints"))
                        .remove(0)),
                new Breach(
                        Rule.SURVIVES_A_DRAINED_NODE, DEPLOYMENT, production().without(it -> it.id()
                                .equals("PodDisruptionBudget/billing-service"))),
                new Breach(
                        Rule.CHOOSES_ONLY_ITS_OWN_PODS,
                        "Service/metering-service",
                        production()
                                .changed(
                                        it -> it.id().equals(JOB),
                                        it -> it.changed(json -> at(json, "/spec/template/metadata/labels")
                                                .put("app.kubernetes.io/name", "metering-service")))),
                container(
                        Rule.NAMES_AN_IMAGE_THAT_STAYS,
                        DEPLOYMENT,
                        it -> it.put("image", "registry.example.com/tallystick/billing-service:latest")),
                container(
                        Rule.NAMES_AN_IMAGE_THAT_STAYS,
                        JOB,
                        it -> it.put("image", "registry.example.com/tallystick/billing-service")),
                container(
                        Rule.NAMES_A_DIGEST,
                        DEPLOYMENT,
                        it -> it.put("image", "registry.example.com/tallystick/billing-service:1.2.3")),
                new Breach(
                        Rule.DENIES_WHAT_IS_NOT_NAMED,
                        "Namespace/tallystick",
                        production().without(it -> it.id().equals("NetworkPolicy/default-deny"))),
                change(Rule.DENIES_WHAT_IS_NOT_NAMED, "NetworkPolicy/default-deny", "Namespace/tallystick", it -> at(
                                it, "/spec")
                        .putArray("egress")
                        .addObject()),
                change(Rule.REFUSES_PODS_WITH_PRIVILEGES, "Namespace/tallystick", it -> at(it, "/metadata/labels")
                        .put("pod-security.kubernetes.io/enforce", "baseline")),
                change(Rule.STAYS_IN_ONE_NAMESPACE, "KafkaTopic/key.changed", it -> at(it, "/metadata")
                        .put("namespace", "kafka")),
                change(Rule.KEEPS_SECRETS_OUT, DEPLOYMENT, it -> at(it, "/metadata/labels")
                        .put("rpc", "https://user:word@node.example.com")),
                change(Rule.KEEPS_SECRETS_OUT, "ConfigMap/usage-lag", it -> at(it, "/data")
                        .put("PASSWORD", "word")),
                change(Rule.KEEPS_SECRETS_OUT, "ConfigMap/usage-lag", it -> at(it, "/data")
                        .put("key", "a1".repeat(32))),
                container(Rule.KEEPS_SECRETS_OUT, DEPLOYMENT, it -> it.withArray("env")
                        .addObject()
                        .put("name", "QUARKUS_DATASOURCE_PASSWORD")
                        .put("value", "word")));
    }

    private static Rendered production() {
        return Rendered.of("production");
    }

    private static Breach change(Rule rule, String id, Consumer<ObjectNode> change) {
        return change(rule, id, id, change);
    }

    private static Breach change(Rule rule, String changed, String by, Consumer<ObjectNode> change) {
        assertThat(production().resources()).extracting(Resource::id).contains(changed);
        return new Breach(rule, by, production().changed(it -> it.id().equals(changed), it -> it.changed(change)));
    }

    private static Breach pod(Rule rule, String id, Consumer<ObjectNode> change) {
        return change(rule, id, json -> change.accept(at(json, "/spec/template/spec")));
    }

    private static Breach container(Rule rule, String id, Consumer<ObjectNode> change) {
        return change(rule, id, json -> change.accept(at(json, "/spec/template/spec/containers/0")));
    }

    private static ObjectNode context(ObjectNode of) {
        return object(of, "securityContext");
    }

    private static ObjectNode object(ObjectNode of, String name) {
        return (ObjectNode) of.path(name);
    }

    private static ObjectNode at(ObjectNode json, String pointer) {
        return (ObjectNode) json.at(pointer);
    }
}
