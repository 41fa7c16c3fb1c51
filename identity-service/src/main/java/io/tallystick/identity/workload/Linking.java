package io.tallystick.identity.workload;

/** What came of linking a program to an identity, or of taking it back. */
sealed interface Linking {

    record Linked(Workload workload) implements Linking {}

    /** It was so before. */
    record Unchanged(Workload workload) implements Linking {}

    record Unlinked(Workload workload) implements Linking {}

    enum Rejected implements Linking {
        UNKNOWN_IDENTITY,
        IDENTITY_REVOKED,
        LINKED_OTHERWISE,
        TOO_MANY,
        UNKNOWN_WORKLOAD
    }
}
