alter table channel
    -- What the contract had paid out before the channel was known here; charged begins there.
    add column base             numeric(39) not null default 0 check (base >= 0),
    -- The contract's count of refunds that the one on its way is signed for; above it the balance is without it already.
    add column refunding_nonce  numeric(78) not null default 0 check (refunding_nonce >= 0),
    -- Until when a channel that made a claim fail is left out of claims.
    add column left_alone_until timestamptz,
    -- The same line stands in Channel.java.
    add constraint base_is_charged check (base <= charged);
update channel set refunding_nonce = refund_nonce where refunding > 0;
alter table refund
    -- The channel's running total that is claimed in the same transaction; none if nothing was due.
    add column claimed numeric(39) check (claimed > 0);
