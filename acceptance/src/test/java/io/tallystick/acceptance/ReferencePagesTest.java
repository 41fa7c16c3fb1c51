package io.tallystick.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The pages of problems and metrics name all that the code names. A problem's type is a literal
 * where the problem is made, or is handed to a method of the same file whose first parameter is called {@code name}.
 */
class ReferencePagesTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PROBLEMS = ROOT.resolve("docs/reference/problems.md");
    private static final Path ATTACKS = ROOT.resolve("docs/reference/attacks.md");
    private static final Path METRICS = ROOT.resolve("docs/operating/metrics.md");

    private static final Pattern MADE = Pattern.compile("\\bProblem\\.of\\(\\s*(\"[^\"]*\"|\\w+)");
    private static final Pattern HELPER = Pattern.compile("\\b(\\w+)\\(\\s*String name\\b");
    private static final Pattern METER =
            Pattern.compile("\\b(?:counter|gauge|timer|summary|builder)\\(\\s*\"(tallystick\\.[a-z.]+)\"");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(tallystick_[a-z_]+)`");
    private static final Pattern SECTION = Pattern.compile("(?m)^### ([a-z0-9-]+)$");

    @Test
    void thePageHasASectionForEachTypeAndNoOther() throws IOException {
        var sections = SECTION.matcher(Files.readString(PROBLEMS))
                .results()
                .map(section -> section.group(1))
                .toList();

        assertThat(sections).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(sections)).isEqualTo(typesInCode());
    }

    @Test
    void aTypeIsAlwaysALiteral() throws IOException {
        for (var file : sources()) {
            MADE.matcher(read(file)).results().map(made -> made.group(1)).forEach(type -> assertThat(type)
                    .as("%s", file)
                    .matches("\"[a-z0-9-]+\"|name"));
        }
    }

    @Test
    void eachTestOnThePageOfAttacksIsThere() throws IOException {
        var named = NAMED.matcher(Files.readString(ATTACKS)).results().toList();
        var tests = files("src/test/java").stream()
                .filter(file -> file.toString().endsWith("Test.java"))
                .collect(Collectors.toMap(
                        file -> file.getFileName().toString().replace(".java", ""),
                        ReferencePagesTest::read,
                        String::concat));

        assertThat(named).hasSizeGreaterThan(50);
        assertThat(named).allSatisfy(test -> assertThat(tests.getOrDefault(test.group(1), ""))
                .as(test.group())
                .contains("void " + test.group(2) + "("));
    }

    /** Prometheus appends a unit, {@code _total} and the like to a metric's name. */
    @Test
    void thePageHasARowForEachMetric() throws IOException {
        var rows = ROW.matcher(Files.readString(METRICS))
                .results()
                .map(row -> row.group(1))
                .toList();
        var metrics = metricsInCode();

        assertThat(metrics).isNotEmpty();
        assertThat(metrics).allSatisfy(metric -> assertThat(rows).as(metric).anyMatch(row -> isOf(row, metric)));
    }

    private static boolean isOf(String row, String metric) {
        return Stream.of("", "_total", "_seconds").anyMatch(suffix -> row.equals(metric + suffix));
    }

    private static Set<String> metricsInCode() throws IOException {
        return sources().stream()
                .flatMap(file -> METER.matcher(read(file)).results())
                .map(made -> made.group(1).replace('.', '_'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> typesInCode() throws IOException {
        return sources().stream().flatMap(file -> types(read(file))).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> types(String source) {
        if (!MADE.matcher(source).find()) {
            return Stream.of();
        }
        var makers = HELPER.matcher(source).results().map(helper -> "\\b" + helper.group(1));
        return Stream.concat(Stream.of("\\bProblem\\.of"), makers)
                .flatMap(maker -> Pattern.compile(maker + "\\(\\s*\"([a-z0-9-]+)\"")
                        .matcher(source)
                        .results())
                .map(call -> call.group(1));
    }

    private static List<Path> sources() throws IOException {
        return files("src/main/java");
    }

    private static List<Path> files(String below) throws IOException {
        try (var modules = Files.list(ROOT)) {
            var folders = modules.map(module -> module.resolve(below))
                    .filter(Files::isDirectory)
                    .toList();
            return folders.stream().flatMap(ReferencePagesTest::javaFiles).toList();
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
