-- How far this service has read each partition of the usage log. Moved in the transaction that counts what was read,
-- compared and set, so that a consumer that lost its partition cannot count on.
create table consumer_offset (
    topic       text        not null,
    partition   int         not null,
    -- A topic that was deleted and created again has another id, and offsets that mean nothing here.
    topic_id    text        not null,
    next_offset bigint      not null check (next_offset >= 0),
    -- Append time up to which the partition has been read: what is read later was appended later.
    read_until  timestamptz not null,
    primary key (topic, partition)
);

-- The memory of events: which (tenant, source, id) were counted. One epoch is open at a time and takes every new
-- claim, so that two claims at once meet in its primary key; the closed ones are only read, and dropped when old.
create table claim_epoch (
    epoch     int         primary key,
    opened_at timestamptz not null,
    closed_at timestamptz check (closed_at >= opened_at)
);

create unique index claim_epoch_open on claim_epoch ((true)) where closed_at is null;

create table event_claim (
    epoch     int    not null,
    -- First 16 bytes of a SHA-256 over tenant, source and id.
    key       uuid   not null,
    -- Over type, subject and data: tells a retry from another event under the same id.
    digest    bigint not null,
    day       date   not null,
    record_id bigint not null,
    primary key (key, epoch)
) partition by list (epoch);

insert into claim_epoch (epoch, opened_at) values (1, now());
create table event_claim_1 partition of event_claim for values in (1);

-- Every event counted, as it was sent. Partitioned by the day it was counted; old days are dropped, not deleted.
create table usage_record (
    day          date        not null,
    id           bigint      not null,
    tenant       text        not null,
    source       text        not null,
    event_id     text        not null,
    type         text        not null,
    subject      text        not null,
    time         timestamptz not null,
    funding      text        not null check (funding in ('account', 'call')),
    hold_id      text        not null,
    sent_by      text        not null,
    partition    int         not null,
    kafka_offset bigint      not null,
    appended_at  timestamptz not null,
    event        bytea       not null,
    -- What it added, to which series: a void takes back exactly this, whatever became of the meters since.
    series       uuid[]      not null,
    quantity     numeric[]   not null check (cardinality(quantity) = cardinality(series)),
    primary key (day, id)
) partition by range (day);

-- Each batch takes a block of ten thousand.
create sequence usage_record_id increment by 10000;

create table series (
    -- First 16 bytes of a SHA-256 over the identity that follows.
    key        uuid           primary key,
    tenant     text           not null,
    subject    text           not null,
    meter      text           not null,
    dimensions jsonb          not null,
    hour       timestamptz    not null check (hour = date_trunc('hour', hour, 'UTC')),
    funding    text           not null check (funding in ('account', 'call')),
    added      numeric(56,18) not null,
    voided     numeric(56,18) not null,
    -- The same line stands in Series.java.
    constraint totals_in_order check (0 <= voided and voided <= added)
) with (fillfactor = 70);

create index series_of_meter on series (tenant, meter, hour);
create index series_of_subject on series (tenant, subject, meter);

-- Which events were taken back. A void may come before its event: it waits here, not applied.
create table usage_void (
    key         uuid        primary key,
    tenant      text        not null,
    source      text        not null,
    event_id    text        not null,
    reason      text        not null,
    sent_by     text        not null,
    appended_at timestamptz not null,
    applied     boolean     not null
);

create index usage_void_waiting on usage_void (appended_at) where not applied;

-- What was acknowledged and could not be counted, and why. Partitioned as usage_record.
create table dead_letter (
    day          date        not null,
    id           bigint      generated always as identity,
    tenant       text        not null,
    reason       text        not null,
    field        text        not null,
    detail       text        not null,
    source       text        not null,
    event_id     text        not null,
    sent_by      text        not null,
    partition    int         not null,
    kafka_offset bigint      not null,
    appended_at  timestamptz not null,
    event        bytea       not null,
    primary key (day, id)
) partition by range (day);

create index dead_letter_of_tenant on dead_letter (tenant, id);
