-- Back-fills. Which events each of them brought is remembered for ever, so that they may be older than the memory of events.
create table usage_import (
    tenant       text        not null,
    id           text        not null check (id ~ '^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$'),
    -- Each time it is begun anew: what still comes of an earlier run is counted, and does not count for this one's end.
    run          int         not null check (run >= 1),
    -- 'receiving': a request is under way. 'waiting': more is to be sent. 'received': all was.
    state        text        not null check (state in ('receiving', 'waiting', 'received', 'broken', 'cancelled')),
    started_by   text        not null,
    created_at   timestamptz not null,
    touched_at   timestamptz not null,
    -- Of the run: lines that Kafka has, lines refused before, and what became of the former.
    received     bigint      not null check (received >= 0),
    invalid      bigint      not null check (invalid >= 0),
    run_counted  bigint      not null check (run_counted >= 0),
    duplicates   bigint      not null check (duplicates >= 0),
    dead_letters bigint      not null check (dead_letters >= 0),
    -- Of all runs: events counted, each once.
    counted      bigint      not null check (counted >= run_counted),
    primary key (tenant, id)
);

-- The first lines of the run that were refused.
create table import_flaw (
    tenant   text   not null,
    import   text   not null,
    line     bigint not null check (line >= 1),
    event_id text   not null,
    pointer  text   not null,
    detail   text   not null,
    primary key (tenant, import, line),
    foreign key (tenant, import) references usage_import
);

create table import_claim (
    -- First 16 bytes of a SHA-256 over tenant, import, source and id.
    key    uuid   primary key,
    digest bigint not null
);

-- What brought a record: an import, an amendment, a sender that was late.
alter table usage_record
    add column import_id text not null default '',
    add column revision int not null default 0 check (revision >= 0),
    add column late boolean not null default false;
