package io.tallystick.billing.rating.account;

/** Why an account does not go on. It is told in the account's answer and counted; all other accounts do go on. */
enum AccountFault {
    /** Its usage costs more than a token can hold: its prices or its usage are wrong. The period is not booked. */
    COST_TOO_GREAT("cost-too-great"),
    RATING_FAILED("rating-failed"),
    ALLOCATION_FAILED("allocation-failed"),
    BOOKING_FAILED("booking-failed");

    private final String code;

    AccountFault(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }
}
