package io.tallystick.devstack.model;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A text that continues a prompt.
 *
 * @param tokens how many words and marks were generated, one cut off by a stop sequence included
 * @param finishReason {@code stop} or {@code length}, as in OpenAI's API
 */
record Completion(String text, int tokens, String finishReason) {

    /**
     * Generates at most {@code most} words.
     *
     * @param stops the text ends before the first of them
     */
    static Completion of(
            NgramModel model,
            List<String> prompt,
            int most,
            double temperature,
            List<String> stops,
            RandomGenerator random) {
        var text = new StringBuilder();
        var before = NgramModel.EDGE;
        var last = start(model, prompt);
        var printed = NgramModel.EDGE;
        for (int tokens = 0; tokens < most; tokens++) {
            var word = model.next(before, last, temperature, random);
            // An answer is at least a word; the prompt's last one may have ended a paragraph.
            if (word.isEmpty() && tokens == 0) {
                word = model.next(NgramModel.EDGE, NgramModel.EDGE, temperature, random);
            }
            if (word.isEmpty()) {
                return new Completion(text.toString(), tokens, "stop");
            }
            text.append(Words.following(printed, word));
            int cut = firstOf(stops, text);
            if (cut >= 0) {
                return new Completion(text.substring(0, cut), tokens + 1, "stop");
            }
            before = last;
            last = word;
            printed = word;
        }
        return new Completion(text.toString(), most, "length");
    }

    /** The prompt's last word that the corpus knows: the closest thing here to staying with the subject. */
    private static String start(NgramModel model, List<String> prompt) {
        return prompt.reversed().stream()
                .filter(word -> Character.isLetter(word.codePointAt(0)))
                .filter(model::knows)
                .findFirst()
                .orElse(NgramModel.EDGE);
    }

    private static int firstOf(List<String> stops, StringBuilder text) {
        return stops.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }
}
