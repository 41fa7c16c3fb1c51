package io.tallystick.metering;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tallystick.kit.HouseRules;
import io.tallystick.kit.NativeRules;

/** The rules a compiler cannot hold, for this service. */
@AnalyzeClasses(packages = "io.tallystick.metering", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String ROOT = "io.tallystick.metering";

    @ArchTest
    static final ArchRule coreKnowsNoFramework = HouseRules.coreKnowsNoFramework();

    @ArchTest
    static final ArchRule noCycles = HouseRules.noCycles(ROOT);

    @ArchTest
    static final ArchRule roomsAreKnown =
            HouseRules.packagesAreOnly(ROOT, "meter", "usage", "query", "deadletter", "gateway", "otlp");

    @ArchTest
    static final ArchRule meterUsesNoOther = HouseRules.arrows(ROOT, "meter");

    @ArchTest
    static final ArchRule usageUsesMeters = HouseRules.arrows(ROOT, "usage", "meter");

    @ArchTest
    static final ArchRule queryReadsSeriesOfMeters = HouseRules.arrows(ROOT, "query", "usage", "meter");

    @ArchTest
    static final ArchRule deadLettersAreOfUsage = HouseRules.arrows(ROOT, "deadletter", "usage", "meter");

    @ArchTest
    static final ArchRule otlpWritesUsage = HouseRules.arrows(ROOT, "otlp", "usage", "meter");

    @ArchTest
    static final ArchRule gatewayWritesUsage = HouseRules.arrows(ROOT, "gateway", "usage", "meter");

    @ArchTest
    static final ArchRule resources = HouseRules.resourcesArePackagePrivateWithPublicMethods();

    @ArchTest
    static final ArchRule everyEndpointSaysWhoMayCall = HouseRules.resourcesSayWhoMayCall();

    @ArchTest
    static final ArchRule noFieldInjection = HouseRules.noFieldInjection();

    @ArchTest
    static final ArchRule noFloatingNumbersInCore = HouseRules.noFloatingNumbersInCore();

    @ArchTest
    static final ArchRule names = HouseRules.namesSaySomething();

    @ArchTest
    static final ArchRule packagesAreSmall = HouseRules.packagesAreSmall();

    @ArchTest
    static final ArchRule typesInJson = NativeRules.typesInJsonAreRegistered("events", "service-kit");
}
