package io.tallystick.billing.grant;

/** Why a grant does not allow a call. Listed by precedence: when several apply, the first is answered. */
public enum GrantRefusal {
    /** There is none that holds now, or one above it does not. */
    HOLDS_NOT("The spend grant does not hold: it is unknown here, ended, not begun, or revoked."),
    /** Another agent's, another key's or another client's. */
    OF_ANOTHER("The spend grant is not this agent's, or not of this client."),
    OTHER_ASSET("The spend grant is for another asset than this call is paid in."),
    OTHER_PAYEE("The spend grant does not allow paying this provider."),
    MODEL_NOT_ALLOWED("The spend grant does not allow this model."),
    ABOVE_CAP("This call may cost more than the spend grant allows for one; ask for less output.");

    private final String sentence;

    GrantRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** For who called: what is wrong. */
    public String sentence() {
        return sentence;
    }
}
