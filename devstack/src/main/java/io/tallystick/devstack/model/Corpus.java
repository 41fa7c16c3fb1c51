package io.tallystick.devstack.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the generator has read: the prose of this project's own pages.
 *
 * @param paragraphs each cut into words
 */
record Corpus(List<List<String>> paragraphs) {

    private static final List<String> PAGES = List.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md");
    private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern LINK = Pattern.compile("!?\\[([^\\]]*)\\]\\([^)]*\\)");
    private static final Pattern MARKUP = Pattern.compile("(?m)^[ \\t]*(?:#+|>|[-*+]|[0-9]+\\.)[ \\t]+|[`*_]|<[^>]*>");
    /** A table, a rule or a list item's end also ends a paragraph. */
    private static final Pattern BREAK = Pattern.compile("\\n\\s*\\n|\\n(?=\\s*(?:[-*+]|[0-9]+\\.|\\||#)\\s)");

    private static final int SHORTEST = 4;

    Corpus {
        paragraphs = List.copyOf(paragraphs);
    }

    /** Reads the pages below a checkout's root. */
    static Corpus of(Path root) throws IOException {
        var pages = new ArrayList<>(
                PAGES.stream().map(root::resolve).filter(Files::exists).toList());
        if (Files.isDirectory(root.resolve("docs"))) {
            try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
                docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        var paragraphs = new ArrayList<List<String>>();
        for (var page : pages) {
            paragraphs.addAll(paragraphs(Files.readString(page)));
        }
        return new Corpus(paragraphs);
    }

    static List<List<String>> paragraphs(String markdown) {
        var prose = LINK.matcher(CODE.matcher(markdown).replaceAll("")).replaceAll("$1");
        return BREAK.splitAsStream(prose)
                .filter(paragraph -> !paragraph.stripLeading().startsWith("|"))
                .map(paragraph -> Words.cut(MARKUP.matcher(paragraph).replaceAll("")))
                .filter(words -> words.size() >= SHORTEST)
                .toList();
    }
}
