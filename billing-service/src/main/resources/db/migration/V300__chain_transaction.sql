-- What is to happen on the chain once, and everything that was signed for it.
create table chain_transaction (
    intent_key       text          primary key check (length(intent_key) between 1 and 200),
    chain_id         bigint        not null check (chain_id > 0),
    signer           text          not null check (signer ~ '^0x[0-9a-f]{40}$'),
    target           text          not null check (target ~ '^0x[0-9a-f]{40}$'),
    calldata         text          not null check (calldata ~ '^0x([0-9a-f]{2})*$'),
    state            text          not null
        check (state in ('planned', 'signed', 'sent', 'mined', 'final', 'reverted', 'refused')),
    nonce            bigint        check (nonce >= 0),
    -- When the newest attempt was signed, or when a node last took it.
    state_time       timestamptz,
    mined_hash       text          check (mined_hash ~ '^0x[0-9a-f]{64}$'),
    mined_block      bigint        check (mined_block >= 0),
    mined_block_hash text          check (mined_block_hash ~ '^0x[0-9a-f]{64}$'),
    succeeded        boolean,
    gas_used         bigint        check (gas_used >= 0),
    gas_price_wei    numeric(78)   check (gas_price_wei >= 0),
    reason           text,
    created_at       timestamptz   not null,
    changed_at       timestamptz   not null,
    version          bigint        not null default 0,
    constraint nonce_while_it_matters check ((state in ('signed', 'sent', 'mined')) = (nonce is not null)),
    constraint inclusion_once_mined check ((state in ('mined', 'final', 'reverted')) = (mined_hash is not null)),
    constraint reason_of_a_refusal check ((state = 'refused') = (reason is not null))
);

create index chain_transaction_open on chain_transaction (chain_id, signer, nonce, created_at)
    where state in ('planned', 'signed', 'sent', 'mined');

-- A nonce belongs to one intent for ever, used or not: no two intents can be signed under one.
create table chain_nonce (
    chain_id   bigint not null,
    signer     text   not null,
    nonce      bigint not null check (nonce >= 0),
    intent_key text   not null references chain_transaction,
    primary key (chain_id, signer, nonce)
);

-- Stored before it is sent. Every attempt is watched: an early one may be mined after it was replaced.
create table chain_attempt (
    hash        text        primary key check (hash ~ '^0x[0-9a-f]{64}$'),
    intent_key  text        not null references chain_transaction,
    chain_id    bigint      not null,
    signer      text        not null,
    nonce       bigint      not null,
    raw         text        not null check (raw ~ '^0x02([0-9a-f]{2})+$'),
    max_fee_wei numeric(78) not null,
    tip_wei     numeric(78) not null check (tip_wei between 0 and max_fee_wei),
    gas_limit   bigint      not null check (gas_limit > 0),
    signed_at   timestamptz not null,
    foreign key (chain_id, signer, nonce) references chain_nonce
);

create index chain_attempt_intent on chain_attempt (intent_key);

-- Who works for a signer, and what of the chain it saw last.
create table chain_lease (
    chain_id    bigint      not null,
    signer      text        not null,
    holder      text        not null,
    fence       bigint      not null,
    valid_until timestamptz not null,
    newest      bigint,
    final_block bigint,
    primary key (chain_id, signer)
);
