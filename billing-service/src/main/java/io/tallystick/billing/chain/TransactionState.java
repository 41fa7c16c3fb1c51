package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Where an intent stands on its way into the chain.
 *
 * <p>{@code planned → signed → sent → mined → final | reverted}. A reorganisation leads from mined back to sent; a nonce
 * that somebody else used, from sent back to planned.
 */
public sealed interface TransactionState {

    /** Wanted; nothing is signed under a nonce that could still be used. */
    record Planned() implements TransactionState {}

    /**
     * The nonce is taken and the bytes are stored; they may or may not have been sent.
     *
     * @param since when the newest attempt was signed
     */
    record Signed(long nonce, Instant since) implements TransactionState {
        public Signed {
            requireNonNull(since, "since");
        }
    }

    /**
     * A node has the newest attempt; it is in no block that is known here.
     *
     * @param sentAt when a node last took it
     */
    record Sent(long nonce, Instant sentAt) implements TransactionState {
        public Sent {
            requireNonNull(sentAt, "sentAt");
        }
    }

    /** In a block that a reorganisation may still remove. */
    record Mined(long nonce, Inclusion inclusion) implements TransactionState {
        public Mined {
            requireNonNull(inclusion, "inclusion");
        }
    }

    /** Deep enough to be booked. */
    record Final(Inclusion inclusion) implements TransactionState {
        public Final {
            requireNonNull(inclusion, "inclusion");
        }
    }

    /** The contract refused, and the block is deep enough: it will never happen under this key. */
    record Reverted(Inclusion inclusion) implements TransactionState {
        public Reverted {
            requireNonNull(inclusion, "inclusion");
        }
    }

    /** The contract would refuse: nothing was sent. Asking again plans it anew. */
    record Refused(String reason) implements TransactionState {
        public Refused {
            requireNonNull(reason, "reason");
        }
    }

    /** Whether nothing more will happen by itself. */
    default boolean settled() {
        return switch (this) {
            case Final _, Reverted _, Refused _ -> true;
            case Planned _, Signed _, Sent _, Mined _ -> false;
        };
    }

    /** The word for logs, columns and events. */
    default String word() {
        return switch (this) {
            case Planned _ -> "planned";
            case Signed _ -> "signed";
            case Sent _ -> "sent";
            case Mined _ -> "mined";
            case Final _ -> "final";
            case Reverted _ -> "reverted";
            case Refused _ -> "refused";
        };
    }
}
