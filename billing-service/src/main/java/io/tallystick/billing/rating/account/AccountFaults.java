package io.tallystick.billing.rating.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/** Names what went wrong with an account, so that no account holds up another. */
@ApplicationScoped
class AccountFaults {
    private final Database database;
    private final Map<AccountFault, Counter> counted = new EnumMap<>(AccountFault.class);

    AccountFaults(Database database, MeterRegistry metrics) {
        this.database = database;
        for (var fault : AccountFault.values()) {
            counted.put(
                    fault,
                    Counter.builder("tallystick.account.faults")
                            .description("Times that an account could not be rated, allocated or booked")
                            .tag("fault", fault.code())
                            .register(metrics));
        }
    }

    /** In a transaction that changes the account anyway. */
    void found(AccountEntity row, AccountFault fault, Instant now) {
        row.fault = fault.code();
        row.faultAt = now;
        counted.get(fault).increment();
        Log.errorf(
                "account does not go on, tenant=%s, subject=%s, fault=%s",
                row.key.tenant(), row.key.subject(), fault.code());
    }

    /** After a step that failed as a whole. While the database is away this fails, too: then it was no account's fault. */
    Uni<Void> found(AccountEntity.Key account, AccountFault fault, Throwable cause, Instant now) {
        Log.errorf(cause, "account failed, tenant=%s, subject=%s", account.tenant(), account.subject());
        return database.inTransaction(
                session -> session.find(AccountEntity.class, account, LockModeType.PESSIMISTIC_WRITE)
                        .onItem()
                        .ifNotNull()
                        .invoke(row -> found(row, fault, now))
                        .replaceWithVoid());
    }
}
