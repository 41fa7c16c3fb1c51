package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Secret that a pod asks for is made by somebody, and a page says what has to be in it. */
class SecretsTest {
    private static final Rendered RENDERED = Rendered.of("production");

    @Test
    void inProductionEachIsMadeByAnOperatorOrComesFromTheStore() {
        assertThat(made()).containsAll(asked());
    }

    @Test
    void oneThatNobodyMakesIsFound() {
        var without = RENDERED.without(it -> it.id().equals("ExternalSecret/billing-keys"));

        assertThat(made(without)).doesNotContain("billing-keys/signer.key");
        assertThat(asked()).contains("billing-keys/signer.key");
    }

    @Test
    void thePageNamesEachWithItsKeys() throws IOException {
        var page = Files.readString(Path.of("README.md"));

        assertThat(asked()).allSatisfy(secret -> assertThat(page)
                .contains("`" + secret.replaceAll("/.*", "") + "`")
                .contains("`" + secret.replaceAll(".*/", "") + "`"));
    }

    /** As {@code secret/key}. A volume without items takes the files that the settings name below its mount. */
    private static Set<String> asked() {
        return RENDERED.resources().stream()
                .filter(Resource::isWorkload)
                .flatMap(workload -> Stream.concat(variables(workload), files(workload)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> variables(Resource workload) {
        return workload.containers().stream()
                .flatMap(container -> Resource.list(container.path("env")).stream())
                .map(env -> env.at("/valueFrom/secretKeyRef"))
                .filter(ref -> !ref.isMissingNode())
                .map(ref -> ref.path("name").asText() + "/" + ref.path("key").asText());
    }

    private static Stream<String> files(Resource workload) {
        return Resource.list(workload.pod().path("volumes")).stream()
                .filter(volume -> !volume.path("secret").isMissingNode())
                .flatMap(volume -> {
                    var secret = volume.path("secret");
                    var name = secret.path("secretName").asText();
                    var items = Resource.list(secret.path("items"));
                    return items.isEmpty()
                            ? mounts(workload, volume.path("name").asText())
                                    .flatMap(folder -> keyFiles(workload.name(), folder))
                                    .map(file -> name + "/" + file)
                            : items.stream()
                                    .map(item -> name + "/" + item.path("key").asText());
                });
    }

    private static Stream<String> mounts(Resource workload, String volume) {
        return workload.containers().stream()
                .flatMap(container -> Resource.list(container.path("volumeMounts")).stream())
                .filter(mount -> mount.path("name").asText().equals(volume))
                .map(mount -> mount.path("mountPath").asText() + "/");
    }

    private static Stream<String> keyFiles(String service, String folder) {
        return RENDERED.configMap(service).values().stream()
                .filter(value -> value.startsWith(folder))
                .map(value -> value.substring(folder.length()));
    }

    private static Set<String> made() {
        return made(RENDERED);
    }

    /** What the operators promise to make, and what comes from the store. */
    private static Set<String> made(Rendered rendered) {
        var made = new TreeSet<String>();
        rendered.all("KafkaUser").forEach(user -> made.add(user.name() + "/sasl.jaas.config"));
        rendered.all("Kafka").forEach(kafka -> made.add(kafka.name() + "-cluster-ca-cert/ca.crt"));
        rendered.all("Cluster").forEach(database -> {
            made.add(database.name() + "-app/username");
            made.add(database.name() + "-app/password");
            made.add(database.name() + "-ca/ca.crt");
        });
        rendered.all("ExternalSecret").forEach(secret -> Resource.list(secret.at("/spec/data"))
                .forEach(data -> made.add(secret.at("/spec/target/name").asText() + "/"
                        + data.path("secretKey").asText())));
        return made;
    }
}
