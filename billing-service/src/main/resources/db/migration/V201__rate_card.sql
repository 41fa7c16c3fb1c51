-- What things cost, from which hour on. A version is written once.
create table rate_card_version (
    tenant         text        not null,
    card           text        not null check (card ~ '^[a-z0-9](?:[a-z0-9-]{0,62})$'),
    effective_from timestamptz not null check (effective_from = date_trunc('hour', effective_from, 'UTC')),
    asset          text        not null check (asset ~ '^eip155:[1-9][0-9]*/erc20:0x[0-9a-f]{40}$'),
    -- The version as it was posted: prices and fixed calls.
    document       text        not null check (document is json object),
    created_at     timestamptz not null,
    created_by     text        not null,
    primary key (tenant, card, effective_from)
);

create function never_changed() returns trigger language plpgsql as $$
begin
    raise exception '% is written once: add a row instead', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger rate_card_version_never_changed before update or delete on rate_card_version
    for each row execute function never_changed();
