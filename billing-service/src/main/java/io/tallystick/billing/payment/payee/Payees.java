package io.tallystick.billing.payment.payee;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Where each provider's money goes. */
@ApplicationScoped
public class Payees {
    private final Database database;

    Payees(Database database) {
        this.database = database;
    }

    /** @return false, with nothing changed, if another tenant is paid there */
    public Uni<Boolean> put(String tenant, Asset asset, Address payTo) {
        return database.inTransaction(session -> session.createNativeQuery("""
                                insert into payee (tenant, asset, pay_to) values (:tenant, :asset, :payTo)
                                on conflict (tenant, asset) do update set pay_to = excluded.pay_to
                                """)
                        .setParameter("tenant", tenant)
                        .setParameter("asset", asset.id())
                        .setParameter("payTo", payTo.hex())
                        .executeUpdate())
                .replaceWith(true)
                .onFailure(Database::isTaken)
                .recoverWithItem(false);
    }

    public Uni<Optional<Address>> find(String tenant, Asset asset) {
        return database.inTransaction(session -> session.createNativeQuery(
                                "select pay_to from payee where tenant = :tenant and asset = :asset", String.class)
                        .setParameter("tenant", tenant)
                        .setParameter("asset", asset.id())
                        .getSingleResultOrNull())
                .map(payTo -> Optional.ofNullable(payTo).map(Address::new));
    }

    /** Whether a tenant is paid at this address in this asset. */
    public Uni<Boolean> receives(String tenant, Asset asset, Address receiver) {
        return find(tenant, asset).map(payTo -> payTo.filter(receiver::equals).isPresent());
    }
}
