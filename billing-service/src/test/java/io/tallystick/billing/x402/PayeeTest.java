package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** An address is paid for a tenant only if it agreed to it. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class PayeeTest {
    /** Runtime code that answers ERC-1271's yes to everything, and one that refuses everything. */
    static final String AGREES = "0x7f1626ba7e" + "0".repeat(56) + "60005260206000f3";

    static final String REVERTS = "0x60006000fd";

    @Test
    void namesTheTextToSignAndTakesTheSignature() {
        var till = new Till(new Wallet());

        var text = till.consent();

        assertThat(text)
                .contains("Tenant: " + till.tenant, "Chain: eip155:84532", "0x036CbD53842c5426634e7929541eC2318f3dCF7e")
                .containsIgnoringCase("Pay to: " + till.payTo.hex());
        till.putPayee(till.provider.personally(text)).statusCode(200).body("payTo", equalTo(till.payTo.hex()));
        // Said again, it is known.
        till.putPayee(null).statusCode(200);
    }

    @Test
    void refusesASignatureOfAnotherKeyOrText() {
        var till = new Till(new Wallet());
        var other = new Till(till.provider);

        unproven(till, new Wallet().personally(till.consent()));
        unproven(till, till.provider.personally(other.consent()));
        unproven(till, "0x" + "11".repeat(65));
        unproven(till, "0x00");
        till.putPayee("0x").statusCode(400);
    }

    @Test
    void refusesAnAddressOfAnotherTenant() {
        var till = Till.open();
        var stranger = new Till(till.provider);

        stranger.putPayee(till.provider.personally(stranger.consent()))
                .statusCode(409)
                .body("type", equalTo("/problems/payee-taken"));
    }

    @Test
    void asksAContractForItsConsent() {
        var multisig = new Till(new Wallet());
        var closed = new Till(new Wallet());
        setCode(multisig, AGREES);
        setCode(closed, REVERTS);

        multisig.putPayee("0x1234").statusCode(200);
        unproven(closed, "0x1234");
        assertThat(multisig.payTo).isNotEqualTo(closed.payTo);
    }

    private static void unproven(Till till, String signature) {
        till.putPayee(signature).statusCode(403).body("type", equalTo("/problems/payee-unproven"));
    }

    private static void setCode(Till till, String code) {
        RestAssured.given()
                .baseUri(PaymentStack.rpcUrl())
                .contentType("application/json")
                .body(new JsonObject()
                        .put("jsonrpc", "2.0")
                        .put("id", 1)
                        .put("method", "anvil_setCode")
                        .put("params", new JsonArray().add(till.payTo.hex()).add(code))
                        .encode())
                .post("/")
                .then()
                .statusCode(200);
    }
}
