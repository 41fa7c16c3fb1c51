package io.tallystick.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The kit stays a handful of packages. One more needs a reason, and a word with everyone who uses it. */
class KitPackagesTest {
    private static final JavaClasses KIT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tallystick.kit");

    @Test
    void areExactlyThese() {
        var packages = KIT.stream().map(type -> type.getPackageName()).collect(Collectors.toSet());

        assertThat(packages)
                .containsExactlyInAnyOrder(
                        "io.tallystick.kit.problem",
                        "io.tallystick.kit.outbox",
                        "io.tallystick.kit.inbox",
                        "io.tallystick.kit.access",
                        "io.tallystick.kit.access.apikey",
                        "io.tallystick.kit.access.rate",
                        "io.tallystick.kit.access.topic",
                        "io.tallystick.kit.access.proof",
                        "io.tallystick.kit.access.proof.signature",
                        "io.tallystick.kit.access.wallet",
                        "io.tallystick.kit.database");
    }

    @Test
    void doNotGoInCircles() {
        HouseRules.noCycles("io.tallystick.kit").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "problem").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "database").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "access", "problem", "outbox").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "access.wallet").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "access.apikey").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "access.topic").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "outbox", "problem").check(KIT);
        HouseRules.arrows("io.tallystick.kit", "inbox", "problem", "outbox").check(KIT);
    }

    @Test
    void stayReadable() {
        HouseRules.packagesAreSmall().check(KIT);
        HouseRules.namesSaySomething().check(KIT);
        HouseRules.noFieldInjection().check(KIT);
    }

    @Test
    void registerWhatJsonReachesByReflection() {
        NativeRules.typesInJsonAreRegistered("events", "service-kit").check(KIT);
        assertThat(NativeRules.missingTypes("service-kit")).isEmpty();
    }
}
