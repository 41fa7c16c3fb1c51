package io.tallystick.billing.rating.account;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.Account;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.rating.Period;
import io.tallystick.events.ChannelChanged;
import io.tallystick.events.ChannelChanged.Serving;
import io.tallystick.events.ChargeAdvanced;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** What others are told when an account moved, in the transaction that moves it. */
@ApplicationScoped
class AccountEvents {
    private static final String SOURCE = "/billing-service";

    /** Below a tenth of its limit an account runs low. */
    private static final BigInteger LOW_SHARE = BigInteger.TEN;

    private final Outbox outbox;

    AccountEvents(Outbox outbox) {
        this.outbox = outbox;
    }

    /** @param charges everything booked for the usage of each period that moved */
    Uni<Void> announce(Mutiny.Session session, AccountEntity row, List<Charge> charges, Instant now) {
        var messages = new ArrayList<OutboxMessage>();
        charges.stream()
                .collect(Collectors.groupingBy(Charge::usedIn))
                .forEach((used, booked) -> messages.add(OutboxMessage.of(SOURCE, advanced(row, used, booked), now)));
        messages.add(OutboxMessage.of(SOURCE, changed(row, now), now));
        return outbox.put(session, messages);
    }

    private static ChargeAdvanced advanced(AccountEntity row, Period used, List<Charge> booked) {
        return new ChargeAdvanced(
                row.key.tenant(),
                row.key.subject(),
                row.asset,
                used.start(),
                used.end(),
                sum(booked, Charge::debited),
                sum(booked, Charge::credited));
    }

    private static ChannelChanged changed(AccountEntity row, Instant now) {
        var account = row.toAccount();
        return new ChannelChanged(
                row.key.tenant(),
                row.key.subject(),
                row.key.subject(),
                row.asset,
                serving(account),
                account.available().units(),
                row.version,
                now);
    }

    private static Serving serving(Account account) {
        if (account.available().isZero()) {
            return Serving.CLOSED;
        }
        var tenfold = account.available().units().multiply(LOW_SHARE);
        return tenfold.compareTo(account.limit().units()) < 0 ? Serving.LOW : Serving.OPEN;
    }

    private static BigInteger sum(List<Charge> booked, Function<Charge, TokenAmount> total) {
        return booked.stream().map(total).map(TokenAmount::units).reduce(BigInteger.ZERO, BigInteger::add);
    }
}
