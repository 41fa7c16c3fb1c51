package io.tallystick.billing.rating.account;

import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.payment.Taps;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;

/** An account that owes as much as its limit closes the tap of its payer. One that owes nothing never does. */
@ApplicationScoped
class AccountTaps implements Taps {
    private static final String CLOSED = """
            select exists (
                select 1 from account
                where tenant = :tenant and payer = :payer
                    and debited - credited > charged and debited - credited - charged >= limit_units)
            """;

    private final Database database;

    AccountTaps(Database database) {
        this.database = database;
    }

    @Override
    public CompletionStage<Boolean> isOpen(String tenant, Address payer) {
        return database.inTransaction(session -> session.createNativeQuery(CLOSED, Boolean.class)
                        .setParameter("tenant", tenant)
                        .setParameter("payer", payer.hex())
                        .getSingleResult())
                .map(closed -> !closed)
                .subscribeAsCompletionStage();
    }
}
