package io.tallystick.k8s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What resources say that their kinds do not know. */
final class Types {
    private static final Map<String, Class<?>> CORE = Map.of(
            "v1 Namespace", Namespace.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 Service", Service.class,
            "v1 ServiceAccount", ServiceAccount.class,
            "apps/v1 Deployment", Deployment.class,
            "batch/v1 Job", Job.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1 Ingress", Ingress.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class);

    private static final String MODEL = "io.fabric8.kubernetes.api.model";

    private Types() {}

    /** Whether the kind is Kubernetes' own, by its group. */
    static boolean isCore(Resource resource) {
        var slash = resource.apiVersion().indexOf('/');
        var group = slash < 0 ? "" : resource.apiVersion().substring(0, slash);
        return !group.contains(".") || group.endsWith(".k8s.io");
    }

    /** Complaints of all resources: of Kubernetes' own kinds by fabric8's classes, of others by their makers' types. */
    static List<String> complaints(Collection<Resource> resources) {
        var complaints = new ArrayList<String>();
        resources.stream().filter(Types::isCore).forEach(resource -> complaints.addAll(coreComplaints(resource)));
        var others = resources.stream()
                .filter(resource -> !isCore(resource))
                .distinct()
                .toList();
        if (!others.isEmpty()) {
            complaints.addAll(publishedComplaints(others));
        }
        return complaints;
    }

    private static List<String> coreComplaints(Resource resource) {
        var type = CORE.get(resource.apiVersion() + " " + resource.kind());
        if (type == null) {
            return List.of(resource.id() + ": " + resource.apiVersion() + " is not known here");
        }
        try {
            var complaints = new ArrayList<String>();
            unknown(Resource.JSON.treeToValue(resource.json(), type), resource.id(), complaints);
            return complaints;
        } catch (JsonProcessingException e) {
            return List.of(resource.id() + ": " + e.getOriginalMessage());
        }
    }

    /** The classes keep a field that they do not know, and say so. */
    private static void unknown(Object value, String path, List<String> complaints) {
        switch (value) {
            case null -> {}
            case Collection<?> items -> items.forEach(item -> unknown(item, path + "[]", complaints));
            case Map<?, ?> entries -> entries.forEach((key, item) -> unknown(item, path + "." + key, complaints));
            default -> {
                if (value.getClass().getName().startsWith(MODEL) && !(value instanceof Enum<?>)) {
                    fieldsOf(value, path, complaints);
                }
            }
        }
    }

    private static void fieldsOf(Object value, String path, List<String> complaints) {
        for (var getter : value.getClass().getMethods()) {
            if (getter.getName().equals("getAdditionalProperties")) {
                ((Map<?, ?>) got(getter, value))
                        .keySet()
                        .forEach(name -> complaints.add(path + " has no field " + name));
            } else if (isGetter(getter)) {
                unknown(got(getter, value), path + "." + getter.getName().substring(3), complaints);
            }
        }
    }

    private static boolean isGetter(Method method) {
        return method.getName().startsWith("get")
                && method.getParameterCount() == 0
                && !method.getName().equals("getClass")
                && Arrays.stream(method.getAnnotations())
                        .noneMatch(annotation ->
                                annotation.annotationType().getSimpleName().equals("JsonIgnore"));
    }

    private static Object got(Method getter, Object from) {
        try {
            return getter.invoke(from);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(getter.toString(), e);
        }
    }

    private static List<String> publishedComplaints(List<Resource> resources) {
        if (!Files.isDirectory(Path.of("node_modules"))) {
            throw new IllegalStateException("the types of other people's resources are not there: run npm ci in k8s/");
        }
        try {
            var answer = Command.run(
                    List.of("node", "src/test/node/types.mjs"),
                    Resource.JSON.writeValueAsString(
                            resources.stream().map(Resource::json).toList()));
            var each = Resource.JSON.readValue(answer, new TypeReference<List<List<String>>>() {});
            var complaints = new ArrayList<String>();
            for (int i = 0; i < each.size(); i++) {
                var id = resources.get(i).id();
                each.get(i).forEach(complaint -> complaints.add(id + ": " + complaint));
            }
            return complaints;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
