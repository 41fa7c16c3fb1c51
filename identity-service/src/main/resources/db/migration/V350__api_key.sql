-- API keys: never the key, only its hash. Who makes keys of a tenant holds its row until its transaction ends.
create table api_key (
    id                  text        primary key check (id ~ '^[0-9a-f]{16}$'),
    tenant              text        not null,
    -- Whom its bearer acts as, and who made it.
    did                 text        not null,
    maker               text        not null check (length(maker) <= 1024),
    hash                text        not null unique check (hash ~ '^[A-Za-z0-9_-]{43}$'),
    name                text        not null check (length(name) <= 200),
    -- Sorted, joined by commas.
    roles               text        not null check (roles ~ '^[a-z]+(,[a-z]+)*$'),
    -- Sorted, joined by spaces.
    models              text        not null check (length(models) <= 4200),
    requests_per_minute integer     not null,
    tokens_per_minute   bigint      not null,
    created_at          timestamptz not null,
    expires_at          timestamptz not null,
    revoked_at          timestamptz,
    -- When the other services were last told of it.
    told_at             timestamptz not null,
    foreign key (tenant, did) references identity (tenant, did),
    -- The same lines stand in KeyLimits.java and KeptKey.java.
    constraint requests_in_bounds check (requests_per_minute between 1 and 1000000),
    constraint tokens_in_bounds check (tokens_per_minute between 1 and 1000000000),
    constraint begins_before_it_ends check (created_at < expires_at),
    constraint revoked_after_created check (revoked_at >= created_at)
);

create index api_key_holder on api_key (tenant, did);
create index api_key_told_at on api_key (told_at) where revoked_at is null;

-- How many events of API keys identity has said, and when the last. A version that knows nothing of it leaves it alone.
alter table revision
    add column api_keys         bigint      not null default 0 check (api_keys >= 0),
    add column api_keys_told_at timestamptz not null default 'epoch';
