package io.tallystick.kit.access.proof.signature;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a structured field (RFC 9651) holds, and its one spelling. */
sealed interface Structured {

    /** @return the spelling that RFC 9651, section 4.1, gives it */
    String serialized();

    /** A value without parameters. */
    sealed interface Bare extends Structured {}

    record Text(String value) implements Bare {
        @Override
        public String serialized() {
            return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
    }

    record Word(String value) implements Bare {
        @Override
        public String serialized() {
            return value;
        }
    }

    record Whole(long value) implements Bare {
        @Override
        public String serialized() {
            return Long.toString(value);
        }
    }

    record Fraction(BigDecimal value) implements Bare {
        @Override
        public String serialized() {
            var plain = value.stripTrailingZeros();
            return (plain.scale() < 1 ? plain.setScale(1) : plain).toPlainString();
        }
    }

    record Flag(boolean value) implements Bare {
        @Override
        public String serialized() {
            return value ? "?1" : "?0";
        }
    }

    record Moment(long seconds) implements Bare {
        @Override
        public String serialized() {
            return "@" + seconds;
        }
    }

    /** A text beyond ASCII, kept as it is spelled: nothing here looks at one. */
    record Display(String spelled) implements Bare {
        @Override
        public String serialized() {
            return "%\"" + spelled + '"';
        }
    }

    final class Bytes implements Bare {
        private final byte[] value;

        Bytes(byte[] value) {
            this.value = value.clone();
        }

        byte[] value() {
            return value.clone();
        }

        @Override
        public String serialized() {
            return ":" + Base64.getEncoder().encodeToString(value) + ":";
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }

    /** One member of a dictionary. */
    sealed interface Member extends Structured {
        Map<String, Bare> parameters();
    }

    /** @param parameters in their order */
    record Item(Bare value, Map<String, Bare> parameters) implements Member {
        public Item {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }

        @Override
        public String serialized() {
            return value.serialized() + parametersOf(parameters);
        }
    }

    /** @param parameters in their order */
    record InnerList(List<Item> items, Map<String, Bare> parameters) implements Member {
        public InnerList {
            items = List.copyOf(new ArrayList<>(items));
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }

        @Override
        public String serialized() {
            return items.stream().map(Item::serialized).collect(Collectors.joining(" ", "(", ")"))
                    + parametersOf(parameters);
        }
    }

    private static String parametersOf(Map<String, Bare> parameters) {
        var text = new StringBuilder();
        parameters.forEach((name, value) -> {
            text.append(';').append(name);
            if (!value.equals(new Flag(true))) {
                text.append('=').append(value.serialized());
            }
        });
        return text.toString();
    }
}
