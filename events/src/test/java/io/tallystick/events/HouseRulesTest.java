package io.tallystick.events;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.tallystick.events", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {

    @ArchTest
    static final ArchRule onlyOneClassKnowsAJsonLibrary = noClasses()
            .that()
            .doNotBelongToAnyOf(EventJson.class)
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideOutsideOfPackages("java..", "io.tallystick.events.."));
}
