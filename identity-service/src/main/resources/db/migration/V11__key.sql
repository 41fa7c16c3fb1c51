-- How many events identity has said, per topic. Who says one holds the row until its transaction ends, so revisions
-- become visible in their order.
create table revision (
    id   integer primary key check (id = 1),
    keys bigint  not null check (keys >= 0),
    dids bigint  not null check (dids >= 0)
);

insert into revision (id, keys, dids) values (1, 0, 0);

create table signing_key (
    kid         text        primary key check (kid ~ '^[A-Za-z0-9_-]{43}$'),
    public_key  text        not null unique check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
    -- The private key, encrypted with the master key; gone once nothing it signed is accepted.
    sealed      bytea,
    state       text        not null check (state in ('active', 'retiring', 'revoked')),
    active_from timestamptz not null,
    revoke_at   timestamptz,
    -- The same two lines stand in SigningKey.java and SigningKeyEntity.java.
    constraint only_a_superseded_key_ends check ((state = 'active') = (revoke_at is null)),
    constraint only_a_revoked_key_is_gone check ((state = 'revoked') = (sealed is null))
);
