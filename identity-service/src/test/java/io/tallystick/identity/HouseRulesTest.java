package io.tallystick.identity;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tallystick.kit.HouseRules;
import io.tallystick.kit.NativeRules;

/** What always holds in this service's code. */
@AnalyzeClasses(packages = "io.tallystick.identity", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String ROOT = "io.tallystick.identity";

    @ArchTest
    static final ArchRule packages = HouseRules.packagesAreOnly(
            ROOT, "tenant", "key", "did", "grant", "wallet", "workload", "access", "apikey", "actor", "audit");

    @ArchTest
    static final ArchRule tenantUsesActor = HouseRules.arrows(ROOT, "tenant", "actor");

    @ArchTest
    static final ArchRule keyUsesActor = HouseRules.arrows(ROOT, "key", "actor");

    @ArchTest
    static final ArchRule didUsesKeyAndTenant = HouseRules.arrows(ROOT, "did", "actor", "key", "tenant");

    @ArchTest
    static final ArchRule grantUsesDidKeyAndTenant = HouseRules.arrows(ROOT, "grant", "actor", "did", "key", "tenant");

    @ArchTest
    static final ArchRule walletUsesDidKeyAndTenant =
            HouseRules.arrows(ROOT, "wallet", "actor", "did", "key", "tenant");

    @ArchTest
    static final ArchRule workloadUsesDidAndTenant = HouseRules.arrows(ROOT, "workload", "actor", "did", "tenant");

    @ArchTest
    static final ArchRule accessUsesTheOthers =
            HouseRules.arrows(ROOT, "access", "workload", "grant", "did", "key", "tenant");

    @ArchTest
    static final ArchRule apikeyUsesDidKeyAndTenant =
            HouseRules.arrows(ROOT, "apikey", "actor", "did", "key", "tenant");

    @ArchTest
    static final ArchRule actorUsesNoSister = HouseRules.arrows(ROOT, "actor");

    @ArchTest
    static final ArchRule auditUsesTenant = HouseRules.arrows(ROOT, "audit", "tenant");

    @ArchTest
    static final ArchRule noCycles = HouseRules.noCycles(ROOT);

    @ArchTest
    static final ArchRule core = HouseRules.coreKnowsNoFramework();

    @ArchTest
    static final ArchRule resources = HouseRules.resourcesArePackagePrivateWithPublicMethods();

    @ArchTest
    static final ArchRule whoMayCall = HouseRules.resourcesSayWhoMayCall();

    @ArchTest
    static final ArchRule injection = HouseRules.noFieldInjection();

    @ArchTest
    static final ArchRule names = HouseRules.namesSaySomething();

    @ArchTest
    static final ArchRule size = HouseRules.packagesAreSmall();

    @ArchTest
    static final ArchRule typesInJson = NativeRules.typesInJsonAreRegistered("events", "service-kit");
}
