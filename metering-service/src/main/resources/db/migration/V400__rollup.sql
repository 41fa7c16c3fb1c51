-- Meters that are only looked at, and the smallest window that a meter is kept by.
alter table meter drop constraint meter_aggregation_check;
alter table meter add constraint meter_aggregation_check
    check (aggregation in ('COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'LATEST', 'UNIQUE_COUNT'));
alter table meter add column window_size text not null default 'HOUR' check (window_size in ('HOUR', 'MINUTE'));

-- One cell for each series' hour or minute, net of what was voided. Hours only of meters that are not billed, whose
-- hours are series; minutes of every meter that asks for them, in partitions by day that are dropped when old.
create table rollup (
    grain       text           not null check (grain in ('HOUR', 'MINUTE')),
    -- Of an hour the series' own, of a minute the first 16 bytes of a SHA-256 over it and the minute.
    key         uuid           not null,
    start       timestamptz    not null,
    tenant      text           not null,
    subject     text           not null,
    meter       text           not null,
    dimensions  jsonb          not null,
    aggregation text           not null,
    events      bigint         not null check (events >= 0),
    -- COUNT, SUM, AVG: the sum. UNIQUE_COUNT: how many rows of rollup_value. MIN, MAX, LATEST: that of the first or last.
    value       numeric(56,18) not null,
    -- What MIN, MAX (their value) and LATEST (nanoseconds of its time) are decided by, and the record that has it.
    rank        numeric        not null,
    record      bigint         not null,
    -- Whether rollup_value has all the values there were.
    complete    boolean        not null,
    primary key (key, start, grain)
) partition by list (grain);

create table rollup_hour partition of rollup for values in ('HOUR') with (fillfactor = 70);
create table rollup_minute partition of rollup for values in ('MINUTE') partition by range (start);

create index rollup_of_meter on rollup (tenant, meter, start);

-- The different values of a cell of UNIQUE_COUNT, as 120 bits of their SHA-256, and how many events have each.
create table rollup_value (
    grain  text        not null,
    cell   uuid        not null,
    start  timestamptz not null,
    value  numeric     not null,
    events bigint      not null,
    primary key (cell, value, start, grain)
) partition by list (grain);

create table rollup_value_hour partition of rollup_value for values in ('HOUR');
create table rollup_value_minute partition of rollup_value for values in ('MINUTE') partition by range (start);

-- What each event says to a cell of MIN, MAX or LATEST, in their order: who is first once another was voided.
-- Partitioned by the day it was counted, as usage_record.
create table observation (
    day    date           not null,
    cell   uuid           not null,
    rank   numeric        not null,
    record bigint         not null,
    value  numeric(56,18) not null,
    primary key (cell, rank, record, day)
) partition by range (day);
