-- What accounts' holders were asked to sign. A row is there until it is used or has expired: whoever deletes it may use it.
create table wallet_challenge (
    tenant     text        not null,
    did        text        not null,
    nonce      text        not null check (nonce ~ '^[A-Za-z0-9]{8,64}$'),
    account    text        not null check (account ~ '^eip155:[1-9][0-9]{0,14}:0x[0-9a-f]{40}$'),
    issued_at  timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant, did, nonce),
    foreign key (tenant, did) references identity (tenant, did),
    constraint issued_before_it_expires check (issued_at < expires_at)
);

create index wallet_challenge_expires_at on wallet_challenge (expires_at);

-- Which DID an account is linked to, and what it signed for that. The key is why it is one.
create table wallet (
    tenant      text        not null,
    account     text        not null check (account ~ '^eip155:[1-9][0-9]{0,14}:0x[0-9a-f]{40}$'),
    did         text        not null,
    kind        text        not null check (kind in ('eip191', 'eip712')),
    signed      text        not null check (length(signed) <= 8192),
    signature   text        not null check (signature ~ '^0x([0-9a-f]{2})+$' and length(signature) <= 8194),
    -- Whether a contract said that the signature is the account's; what it says may change.
    contract    boolean     not null,
    linked_at   timestamptz not null,
    unlinked_at timestamptz,
    primary key (tenant, account),
    foreign key (tenant, did) references identity (tenant, did),
    constraint linked_before_it_was_unlinked check (unlinked_at >= linked_at)
);

create index wallet_did on wallet (tenant, did);
