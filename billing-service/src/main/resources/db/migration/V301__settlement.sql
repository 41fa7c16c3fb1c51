-- A batch of vouchers of one provider that is claimed and paid out in one transaction.
create table settlement (
    id          uuid        primary key,
    number      bigint      generated always as identity unique,
    tenant      text        not null check (length(tenant) between 1 and 64),
    chain_id    bigint      not null check (chain_id > 0),
    token       text        not null check (token ~ '^0x[0-9a-f]{40}$'),
    receiver    text        not null check (receiver ~ '^0x[0-9a-f]{40}$'),
    -- What the batch adds to what was claimed when it was planned, in token units.
    amount      numeric(39) not null check (amount > 0),
    -- What is sent, once and for ever: after a restart it is the same transaction.
    calldata    text        not null check (calldata ~ '^0x([0-9a-f]{2})+$'),
    state       text        not null
        check (state in ('planned', 'signed', 'sent', 'mined', 'final', 'reverted', 'refused')),
    -- How far its transaction had changed when this row last followed it.
    seen        bigint      not null,
    attempts    integer     not null check (attempts >= 0),
    gas_used    bigint      not null check (gas_used >= 0),
    planned_at  timestamptz not null,
    changed_at  timestamptz not null
);
create index settlement_tenant on settlement (tenant, number);
create index settlement_open on settlement (number) where state in ('planned', 'signed', 'sent', 'mined');

create table settlement_claim (
    settlement_id uuid        not null references settlement,
    channel_id    text        not null check (channel_id ~ '^0x[0-9a-f]{64}$'),
    -- The channel's running total once it is claimed, and how much of that is new, in token units.
    total         numeric(39) not null,
    added         numeric(39) not null check (added > 0 and added <= total),
    open          boolean     not null,
    primary key (settlement_id, channel_id)
);
-- A channel is in one open settlement at most, whoever plans.
create unique index settlement_claim_open on settlement_claim (channel_id) where open;
