package io.tallystick.billing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.tallystick.kit.HouseRules;
import io.tallystick.kit.NativeRules;
import java.util.Set;

/** What always holds in this service's code. */
@AnalyzeClasses(packages = "io.tallystick.billing", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String ROOT = "io.tallystick.billing";

    @ArchTest
    static final ArchRule packages = HouseRules.packagesAreOnly(
            ROOT,
            "money",
            "ledger",
            "signature",
            "chain",
            "channel",
            "payment",
            "x402",
            "rating",
            "settlement",
            "reconciliation",
            "grant",
            "access");

    @ArchTest
    static final ArchRule moneyUsesNoSister = HouseRules.arrows(ROOT, "money");

    @ArchTest
    static final ArchRule ledgerUsesMoney = HouseRules.arrows(ROOT, "ledger", "money");

    @ArchTest
    static final ArchRule signatureUsesMoney = HouseRules.arrows(ROOT, "signature", "money");

    @ArchTest
    static final ArchRule chainUsesSignatures = HouseRules.arrows(ROOT, "chain", "signature", "money");

    @ArchTest
    static final ArchRule channelUsesTheChain =
            HouseRules.arrows(ROOT, "channel", "chain", "ledger", "signature", "money");

    @ArchTest
    static final ArchRule paymentUsesChannels =
            HouseRules.arrows(ROOT, "payment", "access", "grant", "channel", "chain", "ledger", "signature", "money");

    @ArchTest
    static final ArchRule grantUsesNoPayments = HouseRules.arrows(ROOT, "grant", "channel", "money");

    @ArchTest
    static final ArchRule x402UsesPayments =
            HouseRules.arrows(ROOT, "x402", "payment", "grant", "channel", "chain", "signature", "money");

    @ArchTest
    static final ArchRule ratingUsesNoScheme =
            HouseRules.arrows(ROOT, "rating", "payment", "channel", "ledger", "signature", "money");

    @ArchTest
    static final ArchRule settlementUsesNoPrices =
            HouseRules.arrows(ROOT, "settlement", "channel", "chain", "ledger", "signature", "money");

    @ArchTest
    static final ArchRule accessUsesNoSister = HouseRules.arrows(ROOT, "access");

    @ArchTest
    static final ArchRule onlyTheChainKnowsWeb3j = ArchRuleDefinition.noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".chain..", ROOT + ".signature..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.web3j..");

    @ArchTest
    static final ArchRule noCycles = HouseRules.noCycles(ROOT);

    /** Web3j is arithmetic, not a framework, but the two classes that use it do nothing else. */
    @ArchTest
    static void core(JavaClasses classes) {
        HouseRules.coreKnowsNoFramework()
                .check(classes.that(describe("do not wrap web3j", type -> !Set.of("RawTransactions", "JavaSecp256k1")
                        .contains(type.getSimpleName()))));
    }

    @ArchTest
    static final ArchRule resources = HouseRules.resourcesArePackagePrivateWithPublicMethods();

    @ArchTest
    static final ArchRule whoMayCall = HouseRules.resourcesSayWhoMayCall();

    @ArchTest
    static final ArchRule injection = HouseRules.noFieldInjection();

    @ArchTest
    static final ArchRule floating = HouseRules.noFloatingNumbersInCore();

    @ArchTest
    static final ArchRule names = HouseRules.namesSaySomething();

    @ArchTest
    static final ArchRule size = HouseRules.packagesAreSmall();

    @ArchTest
    static final ArchRule typesInJson =
            NativeRules.typesInJsonAreRegistered("events", "service-kit", "billing-service");

    @ArchTest
    static void nativeMetadata(JavaClasses classes) {
        assertThat(NativeRules.missingTypes("billing-service")).isEmpty();
        assertThat(NativeRules.missingResources("billing-service")).isEmpty();
    }
}
