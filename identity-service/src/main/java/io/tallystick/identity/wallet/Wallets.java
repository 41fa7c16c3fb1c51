package io.tallystick.identity.wallet;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.EventType;
import io.tallystick.events.WalletChanged;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.issued.IssuedDids;
import io.tallystick.identity.key.IdentityEvents;
import io.tallystick.identity.wallet.LinkedWallet.Asking;
import io.tallystick.identity.wallet.Linking.Linked;
import io.tallystick.identity.wallet.Linking.Rejected;
import io.tallystick.identity.wallet.Linking.Unchanged;
import io.tallystick.identity.wallet.Linking.Unlinked;
import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.WalletConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * All tenants' wallets. One method is one transaction, its event and the DID's document included. Who changes an account of a
 * DID takes its document first, then its identity, then the account.
 */
@ApplicationScoped
class Wallets {
    /** Who is first has it; the second waits and reads. */
    private static final String INSERT = """
            insert into wallet (tenant, account, did, kind, signed, signature, contract, linked_at, told_at)
            values (:tenant, :account, :did, :kind, :signed, :signature, :contract, :at, :at)
            on conflict do nothing
            """;

    private static final int TOLD_AT_ONCE = 200;

    /** As many as a service knows; it happens once in years. */
    private static final int MOST_TOLD_AGAIN = 100_000;

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final Identities identities;
    private final IssuedDids documents;
    private final IdentityEvents events;
    private final WalletConfig config;

    Wallets(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            Identities identities,
            IssuedDids documents,
            IdentityEvents events,
            WalletConfig config) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.identities = identities;
        this.documents = documents;
        this.events = events;
        this.config = config;
    }

    /** Links an account whose proof was verified. */
    Uni<Linking> link(LinkedWallet wished) {
        return transactions.run(session -> locked(session, wished.tenant(), wished.did())
                .chain(identity -> identity.filter(known -> !known.revoked()).isEmpty()
                        ? Uni.createFrom().item(Rejected.NOT_REGISTERED)
                        : row(session, wished.tenant(), wished.account())
                                .chain(row -> row == null ? first(session, wished) : again(session, row, wished))));
    }

    /** The DID's document before its identity, as who deactivates a DID has them. */
    private Uni<Optional<Identity>> locked(Mutiny.Session session, String tenant, String did) {
        return documents.takeTurn(session, tenant, did).chain(() -> identities.lock(session, tenant, did));
    }

    private static Uni<WalletEntity> row(Mutiny.Session session, String tenant, Account account) {
        return session.find(
                WalletEntity.class, new WalletEntity.Key(tenant, account.id()), LockModeType.PESSIMISTIC_WRITE);
    }

    private Uni<Linking> first(Mutiny.Session session, LinkedWallet wished) {
        return accounts(session, wished.tenant(), wished.did())
                .chain(accounts -> accounts.size() >= config.perDid()
                        ? Uni.createFrom().item(Rejected.TOO_MANY_WALLETS)
                        : insert(session, wished)
                                .chain(rows -> rows == 1
                                        ? changed(session, wished).replaceWith(new Linked(wished))
                                        : row(session, wished.tenant(), wished.account())
                                                .chain(row -> again(session, row, wished))));
    }

    private static Uni<Integer> insert(Mutiny.Session session, LinkedWallet wished) {
        var row = WalletEntity.of(wished);
        return session.createNativeQuery(INSERT)
                .setParameter("tenant", row.tenant)
                .setParameter("account", row.account)
                .setParameter("did", row.did)
                .setParameter("kind", row.kind)
                .setParameter("signed", row.signed)
                .setParameter("signature", row.signature)
                .setParameter("contract", row.contract)
                .setParameter("at", row.linkedAt)
                .executeUpdate();
    }

    private Uni<Linking> again(Mutiny.Session session, WalletEntity row, LinkedWallet wished) {
        var known = row.toWallet();
        if (!known.unlinked() && known.did().equals(wished.did())) {
            return Uni.createFrom().item(new Unchanged(known));
        }
        return mayHave(session, known, wished)
                .chain(may ->
                        may ? replaced(session, row, wished) : Uni.createFrom().item(Rejected.LINKED_TO_ANOTHER));
    }

    /** Whether the account is free: its link was ended, or its DID lost its access to the tenant. */
    private Uni<Boolean> mayHave(Mutiny.Session session, LinkedWallet known, LinkedWallet wished) {
        return known.unlinked() || known.did().equals(wished.did())
                ? Uni.createFrom().item(true)
                : identities.find(session, known.tenant(), known.did()).map(identity -> identity.filter(
                                holder -> !holder.revoked())
                        .isEmpty());
    }

    private Uni<Linking> replaced(Mutiny.Session session, WalletEntity row, LinkedWallet wished) {
        return accounts(session, wished.tenant(), wished.did()).chain(accounts -> {
            if (accounts.size() >= config.perDid()) {
                return Uni.createFrom().item(Rejected.TOO_MANY_WALLETS);
            }
            var before = row.toWallet();
            row.copyFrom(wished);
            return session.flush()
                    .chain(() -> before.did().equals(wished.did())
                            ? Uni.createFrom().voidItem()
                            : listed(session, before.tenant(), before.did(), wished.linkedAt()))
                    .chain(() -> changed(session, wished))
                    .replaceWith(new Linked(wished));
        });
    }

    /** Ends a link. */
    Uni<Linking> unlink(String tenant, Account account, Asking who, Instant now) {
        return transactions.run(session -> holder(session, tenant, account)
                .chain(did -> did.isEmpty()
                        ? Uni.createFrom().item(Rejected.UNKNOWN_WALLET)
                        : locked(session, tenant, did.get())
                                .chain(() -> row(session, tenant, account))
                                .chain(row -> unlink(session, row, who, now))));
    }

    /** Whose the account is. Asked before the locks, and again when they are held. */
    private static Uni<Optional<String>> holder(Mutiny.Session session, String tenant, Account account) {
        return session.createQuery(
                        "select did from WalletEntity where tenant = :tenant and account = :account", String.class)
                .setParameter("tenant", tenant)
                .setParameter("account", account.id())
                .getSingleResultOrNull()
                .map(Optional::ofNullable);
    }

    private Uni<Linking> unlink(Mutiny.Session session, WalletEntity row, Asking who, Instant now) {
        if (row == null || !who.sees(row.toWallet())) {
            return Uni.createFrom().item(Rejected.UNKNOWN_WALLET);
        }
        var known = row.toWallet();
        if (known.unlinked()) {
            return Uni.createFrom().item(new Unchanged(known));
        }
        var ended = known.unlink(now);
        row.copyFrom(ended);
        return session.flush().chain(() -> changed(session, ended)).replaceWith(new Unlinked(ended));
    }

    /** Tells what has become of an account. */
    private Uni<Void> changed(Mutiny.Session session, LinkedWallet wallet) {
        var now = wallet.unlinked() ? wallet.unlinkedAt() : wallet.linkedAt();
        return listed(session, wallet.tenant(), wallet.did(), now)
                .chain(() -> events.tell(session, now, revision -> wallet.toEvent(now, revision)));
    }

    /** Tells again what was told before {@code before}, before it is forgotten; at least the last of all. */
    Uni<Integer> tellAgain(Instant before, Instant now) {
        // The wallets before the turn, as who links one has them.
        return transactions.run(session -> toldBefore(session, before)
                .chain(rows -> rows.isEmpty()
                        ? lastIfSilent(session, before)
                        : Uni.createFrom().item(rows))
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .onItem()
                        .transformToUniAndConcatenate(row -> again(session, row, now))
                        .collect()
                        .asList()
                        .replaceWith(rows.size())));
    }

    /** Tells of all links that hold, and in any case of the last, if another key signed what was told. */
    Uni<Void> tellAllAgain(Instant now) {
        return events.tellAgain(EventType.WALLET_CHANGED.topic(), now, session -> session.createQuery(
                        "from WalletEntity where unlinkedAt is null or toldAt = "
                                + "(select max(toldAt) from WalletEntity) order by account",
                        WalletEntity.class)
                .setMaxResults(MOST_TOLD_AGAIN)
                .getResultList()
                .map(rows -> rows.stream()
                        .map(WalletEntity::toWallet)
                        .<LongFunction<WalletChanged>>map(wallet -> revision -> wallet.toEvent(now, revision))
                        .toList()));
    }

    private Uni<Void> again(Mutiny.Session session, WalletEntity row, Instant now) {
        row.toldAt = now;
        return events.tell(session, now, revision -> row.toWallet().toEvent(now, revision));
    }

    /** Those linked to a DID that has access; other links need not be known any longer than they are. */
    private static Uni<List<WalletEntity>> toldBefore(Mutiny.Session session, Instant before) {
        return session.createQuery(
                        "from WalletEntity w where w.unlinkedAt is null and w.toldAt < :before and exists "
                                + "(select 1 from IdentityEntity i where i.tenant = w.tenant and i.did = w.did "
                                + "and i.revokedAt is null) order by w.toldAt",
                        WalletEntity.class)
                .setParameter("before", before)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(TOLD_AT_ONCE)
                .getResultList();
    }

    private Uni<List<WalletEntity>> lastIfSilent(Mutiny.Session session, Instant before) {
        return session.createQuery("from WalletEntity order by toldAt desc", WalletEntity.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(1)
                .getResultList()
                .chain(last -> events.walletsWereToldBefore(session, before).map(silent -> silent ? last : List.of()));
    }

    /** Deletes what was unlinked before {@code before}, and always leaves the last for {@link #tellAgain}. */
    Uni<Integer> forget(Instant before) {
        return transactions.run(session -> session.createNativeQuery("delete from wallet where (tenant, account) in "
                        + "(select tenant, account from wallet where unlinked_at < :before and (tenant, account) not in "
                        + "(select tenant, account from wallet order by told_at desc limit 1) limit 1000)")
                .setParameter("before", before)
                .executeUpdate());
    }

    /** Lists the DID's accounts in its document, if the tenant issued it. */
    private Uni<Void> listed(Mutiny.Session session, String tenant, String did, Instant now) {
        return accounts(session, tenant, did)
                .chain(accounts -> documents.listAccounts(session, tenant, did, accounts, now))
                .invoke(done -> {
                    if (!done) {
                        // Undoes the link with it: what is not to be read there is not so.
                        throw WalletProblems.of(Rejected.DOCUMENT_TOO_SOON);
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<List<String>> accounts(Mutiny.Session session, String tenant, String did) {
        return session.createQuery(
                        "select account from WalletEntity where tenant = :tenant and did = :did "
                                + "and unlinkedAt is null order by account",
                        String.class)
                .setParameter("tenant", tenant)
                .setParameter("did", did)
                .getResultList();
    }

    Uni<Optional<LinkedWallet>> find(String tenant, Account account, Asking who) {
        return sessions.withSession(
                        session -> session.find(WalletEntity.class, new WalletEntity.Key(tenant, account.id())))
                .map(row -> Optional.ofNullable(row).map(WalletEntity::toWallet).filter(who::sees));
    }

    /**
     * A tenant's accounts that are linked now and come after {@code after}, in the order of their names.
     *
     * @param did whose; empty for all
     */
    Uni<List<LinkedWallet>> page(String tenant, String did, String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from WalletEntity where tenant = :tenant and account > :after and unlinkedAt is null "
                                        + "and (:did = '' or did = :did) order by account",
                                WalletEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setParameter("did", did)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(WalletEntity::toWallet).toList());
    }
}
