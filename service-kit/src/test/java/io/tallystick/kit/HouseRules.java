package io.tallystick.kit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules that hold in each service and that a compiler cannot hold. Each service's test names its own arrows. */
public final class HouseRules {
    private static final int MAX_CLASSES_IN_A_PACKAGE = 16;

    /** What makes a class an edge; every other class is core. */
    private static final Set<String> EDGE = Set.of(
            "jakarta.ws.rs.Path",
            "jakarta.ws.rs.ext.Provider",
            "com.fasterxml.jackson.annotation.JsonInclude",
            "jakarta.persistence.Entity",
            "jakarta.persistence.Embeddable",
            "jakarta.enterprise.context.ApplicationScoped",
            "jakarta.enterprise.context.RequestScoped",
            "jakarta.inject.Singleton",
            "io.smallrye.config.ConfigMapping");

    private static final String[] FRAMEWORKS = {
        "io.quarkus..",
        "io.smallrye..",
        "jakarta..",
        "org.hibernate..",
        "io.vertx..",
        "com.fasterxml..",
        "org.apache.kafka..",
        "io.micrometer..",
        "io.opentelemetry..",
        "org.eclipse.microprofile..",
        "org.jboss..",
        "org.web3j.."
    };

    private static final List<String> FORBIDDEN_WORDS =
            List.of("Manager", "Helper", "Util", "Utils", "Impl", "Base", "Abstract", "Data", "Info", "DTO", "Dto");

    private HouseRules() {}

    /** Core classes know the JDK and each other: no framework, no broker, no JSON library. */
    public static ArchRule coreKnowsNoFramework() {
        return noClasses()
                .that(describe("are core", type -> !isEdge(type)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS)
                .allowEmptyShould(true)
                .as("core classes know no framework");
    }

    /** The packages right under {@code root} do not use each other in circles. */
    public static ArchRule noCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);
    }

    /**
     * Package {@code from} uses of its sister packages only {@code mayUse}.
     *
     * @param root the service's package, such as {@code io.tallystick.billing}
     */
    public static ArchRule arrows(String root, String from, String... mayUse) {
        var allowed = Stream.concat(Stream.of(from), Arrays.stream(mayUse))
                .map(name -> root + "." + name)
                .toList();
        var forbidden = describe(
                "are in a sister package other than " + allowed,
                (JavaClass type) -> type.getPackageName().startsWith(root + ".")
                        && allowed.stream().noneMatch(name -> isIn(type, name)));
        return noClasses()
                .that()
                .resideInAPackage(root + "." + from + "..")
                .should()
                .dependOnClassesThat(forbidden)
                .allowEmptyShould(true)
                .as(root + "." + from + " uses only " + allowed);
    }

    /** Only the packages named may exist under {@code root}, beside {@code root} itself. */
    public static ArchRule packagesAreOnly(String root, String... names) {
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(root), Arrays.stream(names).map(n -> root + "." + n + ".."))
                                .toArray(String[]::new))
                .allowEmptyShould(true);
    }

    /** Quarkus REST silently ignores a resource method that is not public, and nobody else uses a resource class. */
    public static ArchRule resourcesArePackagePrivateWithPublicMethods() {
        return classes()
                .that()
                .areAnnotatedWith("jakarta.ws.rs.Path")
                .should()
                .notBePublic()
                .andShould(haveOnlyPublicEndpoints())
                .allowEmptyShould(true);
    }

    /** Each resource method says who may call it: {@code @RequiresScope}, or {@code @PermitAll} for everyone. */
    public static ArchRule resourcesSayWhoMayCall() {
        return methods()
                .that(describe("are endpoints", HouseRules::isEndpoint))
                .should(sayWhoMayCall())
                .allowEmptyShould(true);
    }

    /** No field injection: what a class needs stands in its constructor. */
    public static ArchRule noFieldInjection() {
        return noFields()
                .should()
                .beAnnotatedWith("jakarta.inject.Inject")
                .orShould()
                .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty")
                .allowEmptyShould(true);
    }

    /** Money and counts are integers: no field, parameter or result of a floating kind in core. */
    public static ArchRule noFloatingNumbersInCore() {
        return noFields()
                .that(describe("are in core", field -> !isEdge(field.getOwner())))
                .should()
                .haveRawType(double.class)
                .orShould()
                .haveRawType(float.class)
                .allowEmptyShould(true);
    }

    /** Names that say nothing are not names. */
    public static ArchRule namesSaySomething() {
        return noClasses()
                .should(new ArchCondition<JavaClass>("end in " + FORBIDDEN_WORDS) {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        var empty = FORBIDDEN_WORDS.stream()
                                .anyMatch(word -> type.getSimpleName().endsWith(word)
                                        || type.getSimpleName().startsWith("Abstract"));
                        events.add(new SimpleConditionEvent(type, empty, type.getName() + " has an empty name"));
                    }
                })
                .allowEmptyShould(true);
    }

    /** A package fits in the head. Counts top-level classes. */
    public static ArchRule packagesAreSmall() {
        return classes()
                .that(describe("are top-level", HouseRules::isTopLevel))
                .should(new ArchCondition<>("live in a package of at most " + MAX_CLASSES_IN_A_PACKAGE + " classes") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        long sisters = type.getPackage().getClasses().stream()
                                .filter(HouseRules::isTopLevel)
                                .count();
                        events.add(new SimpleConditionEvent(
                                type,
                                sisters <= MAX_CLASSES_IN_A_PACKAGE,
                                type.getPackageName() + " has " + sisters + " classes"));
                    }
                })
                .allowEmptyShould(true);
    }

    /** A class with a file of its own; the compiler's switch tables look like one otherwise. */
    private static boolean isTopLevel(JavaClass type) {
        // An enum's values() brings its array's type into the package.
        return type.isTopLevelClass()
                && !type.isArray()
                && !type.getName().contains("$")
                && !type.getName().endsWith("package-info");
    }

    private static boolean isIn(JavaClass type, String packageName) {
        return type.getPackageName().equals(packageName)
                || type.getPackageName().startsWith(packageName + ".");
    }

    private static boolean isEdge(JavaClass type) {
        var outermost = type;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        var edge = outermost;
        return edge.getAnnotations().stream()
                        .anyMatch(annotation ->
                                EDGE.contains(annotation.getRawType().getName()))
                || edge.getMethods().stream().anyMatch(HouseRules::handlesExceptions);
    }

    private static boolean handlesExceptions(JavaMethod method) {
        return method.isAnnotatedWith("org.jboss.resteasy.reactive.server.ServerExceptionMapper");
    }

    private static boolean isEndpoint(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(annotation -> annotation.getRawType().isAnnotatedWith("jakarta.ws.rs.HttpMethod"));
    }

    private static ArchCondition<JavaClass> haveOnlyPublicEndpoints() {
        return new ArchCondition<>("have only public endpoints") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMethods().stream()
                        .filter(HouseRules::isEndpoint)
                        .filter(method -> !method.getModifiers().contains(JavaModifier.PUBLIC))
                        .forEach(method -> events.add(
                                SimpleConditionEvent.violated(method, method.getFullName() + " is not public")));
            }
        };
    }

    private static ArchCondition<JavaMethod> sayWhoMayCall() {
        var scope = "io.tallystick.kit.access.RequiresScope";
        var everyone = "jakarta.annotation.security.PermitAll";
        return new ArchCondition<>("say who may call them") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                var says = Stream.of(scope, everyone)
                        .anyMatch(name -> method.isAnnotatedWith(name)
                                || method.getOwner().isAnnotatedWith(name));
                events.add(new SimpleConditionEvent(method, says, method.getFullName() + " does not say who may call"));
            }
        };
    }
}
