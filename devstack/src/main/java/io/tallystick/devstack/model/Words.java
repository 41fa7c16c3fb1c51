package io.tallystick.devstack.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How the generator cuts text: a word, a number or a mark is one token. So a text has fewer tokens than bytes. */
final class Words {

    private static final Pattern TOKEN =
            Pattern.compile("[\\p{L}\\p{M}]+(?:['’-][\\p{L}\\p{M}]+)*|\\p{N}+|[^\\s\\p{L}\\p{M}\\p{N}]");

    private static final String NO_SPACE_BEFORE = ".,;:!?)]}%'’";
    private static final String NO_SPACE_AFTER = "([{";

    private Words() {}

    static List<String> cut(String text) {
        var words = new ArrayList<String>();
        var matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    /** A text cut after each of its tokens; all pieces together are the text. */
    static List<String> pieces(String text) {
        var pieces = new ArrayList<String>();
        var matcher = TOKEN.matcher(text);
        int start = 0;
        while (matcher.find()) {
            pieces.add(text.substring(start, matcher.end()));
            start = matcher.end();
        }
        return pieces;
    }

    /** What follows {@code before} in a text: the word with a space where a writer puts one. */
    static String following(String before, String word) {
        boolean joined = before.isEmpty() || NO_SPACE_AFTER.contains(before) || NO_SPACE_BEFORE.contains(word);
        return joined ? word : " " + word;
    }
}
