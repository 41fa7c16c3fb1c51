package io.tallystick.identity.workload;

/** What came of a token that a platform may have issued. */
public sealed interface WorkloadVerification {

    /**
     * @param platform its name here
     * @param subject the program, as the platform calls it
     */
    record Proven(String platform, String subject) implements WorkloadVerification {}

    /** @param detail why, for who sent it */
    record Refused(String detail) implements WorkloadVerification {}

    /** The platform's keys cannot be had: nothing can be said. */
    record Silent(String platform, String cause) implements WorkloadVerification {}
}
