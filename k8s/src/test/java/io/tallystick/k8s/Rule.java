package io.tallystick.k8s;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What holds in every combination. Each answers with the resources that break it. */
enum Rule {
    RUNS_AS_NOBODY(pods(pod -> pod.at("/securityContext/runAsNonRoot").asBoolean()
            && pod.at("/securityContext/runAsUser").asInt() > 0
            && pod.at("/securityContext/runAsGroup").asInt() > 0)),
    SECCOMP(pods(pod -> pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault"))),
    READS_ONLY(containers(
            container -> container.at("/securityContext/readOnlyRootFilesystem").asBoolean())),
    /** An explicit false: nothing, or a container's own wish to be root, is not enough. */
    GAINS_NO_PRIVILEGE(containers(container -> container
                    .at("/securityContext/allowPrivilegeEscalation")
                    .isBoolean()
            && !container.at("/securityContext/allowPrivilegeEscalation").asBoolean()
            && !container.at("/securityContext/privileged").asBoolean()
            && container.at("/securityContext/runAsUser").isMissingNode()
            && container.at("/securityContext/runAsNonRoot").isMissingNode())),
    DROPS_ALL_CAPABILITIES(containers(container ->
            container.at("/securityContext/capabilities").toString().equals("{\"drop\":[\"ALL\"]}"))),
    WRITES_NOWHERE_BUT_TMP(pods(Rule::writesNowhereButTmp)),
    STAYS_OFF_THE_NODE(pods(pod -> Stream.of("hostNetwork", "hostPID", "hostIPC")
            .noneMatch(name -> pod.path(name).asBoolean()))),
    HOLDS_NO_CLUSTER_ACCESS(pods(pod -> pod.path("automountServiceAccountToken").isBoolean()
            && !pod.path("automountServiceAccountToken").asBoolean())),
    HAS_AN_ACCOUNT_OF_ITS_OWN(rendered -> workloads(rendered).filter(workload -> !rendered.one(
                    "ServiceAccount", workload.pod().path("serviceAccountName").asText())
            .name()
            .equals(workload.name().replace("-migration", "")))),
    /** They turn the name of another's Service into what our configuration reads as a setting. */
    READS_NO_SERVICE_LINKS(pods(pod -> pod.path("enableServiceLinks").isBoolean()
            && !pod.path("enableServiceLinks").asBoolean())),
    ASKS_AND_IS_LIMITED(containers(container -> Stream.of("/requests/cpu", "/requests/memory", "/limits/memory")
            .noneMatch(path -> container.path("resources").at(path).isMissingNode()))),
    PROBES_APART(rendered -> rendered.all("Deployment").filter(deployment -> !probesApart(deployment))),
    NEVER_LESS_THAN_WANTED(rendered -> rendered.all("Deployment").filter(deployment -> {
        var rolling = deployment.at("/spec/strategy/rollingUpdate");
        return rolling.path("maxUnavailable").asInt(1) != 0
                || rolling.path("maxSurge").asInt(0) < 1;
    })),
    SPREADS_OVER_NODES_AND_ZONES(rendered -> rendered.all("Deployment").filter(deployment -> {
        var keys = Resource.list(deployment.pod().path("topologySpreadConstraints")).stream()
                .filter(spread ->
                        spread.at("/labelSelector/matchLabels").equals(deployment.at("/spec/selector/matchLabels")))
                .map(spread -> spread.path("topologyKey").asText())
                .toList();
        return !keys.containsAll(List.of("kubernetes.io/hostname", "topology.kubernetes.io/zone"));
    })),
    SURVIVES_A_DRAINED_NODE(
            rendered -> rendered.all("Deployment").filter(deployment -> rendered.all("PodDisruptionBudget")
                    .noneMatch(budget -> budget.at("/spec/selector").equals(deployment.at("/spec/selector"))
                            && budget.at("/spec/maxUnavailable").asInt() == 1))),
    /** A Service that also chose the migration's pod would send it requests. */
    CHOOSES_ONLY_ITS_OWN_PODS(rendered -> rendered.all("Service").filter(service -> !workloads(rendered)
            .filter(workload -> workload.podLabels()
                    .entrySet()
                    .containsAll(Resource.texts(service.at("/spec/selector")).entrySet()))
            .map(Resource::id)
            .toList()
            .equals(List.of("Deployment/" + service.name())))),
    NAMES_AN_IMAGE_THAT_STAYS(rendered -> workloads(rendered).filter(workload -> workload.containers().stream()
            .map(container -> container.path("image").asText())
            .anyMatch(image ->
                    (!rendered.name().startsWith("base") && !staysTheSame(image)) || image.endsWith(":latest")))),
    /** A tag can be moved to another image. */
    NAMES_A_DIGEST(rendered -> workloads(rendered)
            .filter(_ -> List.of("staging", "production").contains(rendered.name()))
            .filter(workload -> workload.containers().stream()
                    .anyMatch(container -> !container.path("image").asText().matches(".+@sha256:[0-9a-f]{64}")))),
    DENIES_WHAT_IS_NOT_NAMED(rendered -> rendered.all("Namespace").filter(namespace -> rendered.all("NetworkPolicy")
            .noneMatch(policy -> policy.namespace().equals(namespace.name())
                    && policy.at("/spec/podSelector").isEmpty()
                    && policy.at("/spec/ingress").isMissingNode()
                    && policy.at("/spec/egress").isMissingNode()
                    && policy.at("/spec/policyTypes").toString().equals("[\"Ingress\",\"Egress\"]")))),
    REFUSES_PODS_WITH_PRIVILEGES(rendered -> rendered.all("Namespace").filter(namespace -> !namespace
            .at("/metadata/labels/pod-security.kubernetes.io~1enforce")
            .asText()
            .equals("restricted"))),
    STAYS_IN_ONE_NAMESPACE(rendered -> rendered.resources().stream()
            .filter(resource -> !(resource.is("Namespace") ? resource.name() : resource.namespace())
                    .equals(rendered.all("Namespace").findFirst().orElseThrow().name()))),
    KEEPS_SECRETS_OUT(rendered -> rendered.resources().stream().filter(Rule::holdsASecret));

    private static final Pattern TAG_OR_DIGEST = Pattern.compile(".+/[^:/@]+(:[^:/@]+|@sha256:[0-9a-f]{64})");

    /** A private key, 32 bytes of anything, or a password in a URL. */
    private static final Pattern SECRET_VALUE =
            Pattern.compile("-----BEGIN|(?<!sha256:)(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])|://[^/@\\s\"]*:[^/@\\s\"]*@");

    private static final Pattern SECRET_NAME = Pattern.compile("(?i)(password|secret|api_key|jaas|credential)");

    @SuppressWarnings("ImmutableEnumChecker") // a function of what it is given
    private final Function<Rendered, Stream<Resource>> broken;

    Rule(Function<Rendered, Stream<Resource>> broken) {
        this.broken = broken;
    }

    /** The resources that break it, by kind and name. */
    List<String> brokenBy(Rendered rendered) {
        return broken.apply(rendered).map(Resource::id).toList();
    }

    private static Stream<Resource> workloads(Rendered rendered) {
        return rendered.resources().stream().filter(Resource::isWorkload);
    }

    private static Function<Rendered, Stream<Resource>> pods(Function<JsonNode, Boolean> holds) {
        return rendered -> workloads(rendered).filter(workload -> !holds.apply(workload.pod()));
    }

    private static Function<Rendered, Stream<Resource>> containers(Function<JsonNode, Boolean> holds) {
        return rendered -> workloads(rendered)
                .filter(workload -> !workload.containers().stream().allMatch(holds::apply));
    }

    private static boolean writesNowhereButTmp(JsonNode pod) {
        var volumes = Resource.list(pod.path("volumes"));
        var mounts = Resource.list(pod.path("containers")).stream()
                .flatMap(container -> Resource.list(container.path("volumeMounts")).stream())
                .toList();
        return volumes.stream()
                        .allMatch(volume ->
                                volume.has("secret") || volume.at("/emptyDir").has("sizeLimit"))
                && mounts.stream()
                        .allMatch(mount -> mount.path("readOnly").asBoolean()
                                || (mount.path("name").asText().equals("tmp")
                                        && mount.path("mountPath").asText().equals("/tmp")));
    }

    /** Three questions at three paths, all on the port that clients cannot reach. */
    private static boolean probesApart(Resource deployment) {
        var paths = Map.ofEntries(
                entry("startupProbe", "/q/health/started"),
                entry("readinessProbe", "/q/health/ready"),
                entry("livenessProbe", "/q/health/live"));
        return paths.entrySet().stream().allMatch(probe -> deployment.containers().stream()
                .map(container -> container.path(probe.getKey()).path("httpGet"))
                .allMatch(get -> get.path("path").asText().equals(probe.getValue())
                        && get.path("port").asText().equals("management")));
    }

    private static boolean staysTheSame(String image) {
        return TAG_OR_DIGEST.matcher(image).matches();
    }

    private static boolean holdsASecret(Resource resource) {
        return resource.is("Secret")
                || SECRET_VALUE.matcher(resource.toString()).find()
                || plainNames(resource)
                        .anyMatch(name -> SECRET_NAME.matcher(name).find());
    }

    /** Names of settings whose values stand in the manifest. */
    private static Stream<String> plainNames(Resource resource) {
        if (resource.is("ConfigMap")) {
            return Resource.texts(resource.at("/data")).keySet().stream();
        }
        return (resource.isWorkload() ? resource.containers() : List.<JsonNode>of())
                .stream()
                        .flatMap(container -> Resource.list(container.path("env")).stream())
                        .filter(env -> env.has("value"))
                        .map(env -> env.path("name").asText());
    }
}
