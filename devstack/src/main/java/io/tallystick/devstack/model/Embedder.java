package io.tallystick.devstack.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** all-MiniLM-L6-v2, quantized, in this process. Vectors have length one. Safe for use by many threads. */
final class Embedder {

    static final String NAME = "all-minilm-l6-v2";

    /** The same model under a second name, so that a provider can sell it by the token and by the call. */
    static final String NAME_BY_CALL = "all-minilm-l6-v2-by-call";

    static final int DIMENSIONS = 384;

    private static final String VOCABULARY = "/all-minilm-l6-v2-q-tokenizer.json";

    private final AllMiniLmL6V2QuantizedEmbeddingModel model = new AllMiniLmL6V2QuantizedEmbeddingModel();
    private final HuggingFaceTokenizer tokenizer;

    Embedder() throws IOException {
        try (var vocabulary = AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(VOCABULARY)) {
            tokenizer = HuggingFaceTokenizer.newInstance(vocabulary, Map.of("padding", "false", "truncation", "false"));
        }
    }

    /** How many tokens of the model's own vocabulary the text is cut into; marks of begin and end do not count. */
    int tokens(String text) {
        return tokenizer.encode(text, false, false).getIds().length;
    }

    /**
     * The texts' vectors, in their order.
     *
     * @param texts none of them blank
     */
    List<float[]> embed(List<String> texts) {
        var segments = texts.stream().map(TextSegment::from).toList();
        return model.embedAll(segments).content().stream()
                .map(Embedding::vector)
                .toList();
    }
}
