package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * An account on a chain is linked to a DID, which proved that it holds it, or is linked no longer. Travels signed.
 *
 * @param tenant the tenant that it is linked with
 * @param account the account's CAIP-10 name in lower case; with a tenant it is linked to one DID at most
 * @param did whose it is
 * @param linked whether it is so
 * @param since when it came to this
 * @param until when a link ends, unless it is told again before: an old event that is put back says nothing then
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 */
public record WalletChanged(
        String tenant, String account, String did, boolean linked, Instant since, Instant until, long revision)
        implements DomainEvent {

    public WalletChanged {
        requireNonNull(tenant, "tenant");
        requireNonNull(account, "account");
        requireNonNull(did, "did");
        requireNonNull(since, "since");
        if (until.isBefore(since)) {
            throw new IllegalArgumentException("ends before it began: " + until);
        }
        if (revision < 1) {
            throw new IllegalArgumentException("revision below one: " + revision);
        }
    }

    /** The DID that is the account itself, by which usage and channels name it. */
    public String subject() {
        return "did:pkh:" + account;
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(tenant, account);
    }
}
