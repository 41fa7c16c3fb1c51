package io.tallystick.devstack.model;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Says which word follows two others, by how often it does in a corpus; by the last one alone where the two never
 * met; and as a paragraph begins where neither is known. It knows nothing else.
 */
final class NgramModel {

    /** Before a paragraph's first word and after its last. */
    static final String EDGE = "";

    private final Map<List<String>, SortedMap<String, Integer>> followers = new HashMap<>();

    NgramModel(Corpus corpus) {
        corpus.paragraphs().forEach(this::read);
        if (followers.isEmpty()) {
            read(List.of("There", "is", "nothing", "to", "read", "here", "."));
        }
    }

    private void read(List<String> paragraph) {
        var before = EDGE;
        var last = EDGE;
        for (int i = 0; i <= paragraph.size(); i++) {
            var word = i < paragraph.size() ? paragraph.get(i) : EDGE;
            count(List.of(fold(before), fold(last)), word);
            if (i > 0) {
                count(List.of(fold(last)), word);
            }
            before = last;
            last = word;
        }
    }

    private void count(List<String> context, String word) {
        followers.computeIfAbsent(context, _ -> new TreeMap<>()).merge(word, 1, Integer::sum);
    }

    private static String fold(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    /** Whether the corpus has the word followed by another. */
    boolean knows(String word) {
        return followers.containsKey(List.of(fold(word)));
    }

    /**
     * The word after two others, or {@link #EDGE} where the paragraph ends.
     *
     * @param temperature 0 always takes the most frequent; 1 as often as in the corpus; more flattens
     */
    String next(String before, String last, double temperature, RandomGenerator random) {
        var candidates = candidates(fold(before), fold(last));
        return temperature == 0 ? mostFrequent(candidates) : drawn(candidates, temperature, random);
    }

    private SortedMap<String, Integer> candidates(String before, String last) {
        var both = followers.get(List.of(before, last));
        if (both != null) {
            return both;
        }
        var one = followers.get(List.of(last));
        return one != null ? one : followers.get(List.of(EDGE, EDGE));
    }

    private static String mostFrequent(SortedMap<String, Integer> candidates) {
        var best = candidates.firstKey();
        for (var candidate : candidates.entrySet()) {
            if (candidate.getValue() > candidates.get(best)) {
                best = candidate.getKey();
            }
        }
        return best;
    }

    private static String drawn(SortedMap<String, Integer> candidates, double temperature, RandomGenerator random) {
        var exponent = 1 / temperature;
        var sum = 0.0;
        for (int count : candidates.values()) {
            sum += Math.pow(count, exponent);
        }
        var left = random.nextDouble() * sum;
        for (var candidate : candidates.entrySet()) {
            left -= Math.pow(candidate.getValue(), exponent);
            if (left < 0) {
                return candidate.getKey();
            }
        }
        return candidates.lastKey();
    }
}
