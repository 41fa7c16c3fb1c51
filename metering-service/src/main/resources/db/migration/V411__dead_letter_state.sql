-- By which path it came, which is needed to send it again.
alter table dead_letter
    add column funding text not null default '',
    add column hold_id text not null default '',
    add column import_id text not null default '',
    add column revision int not null default 0;

-- What somebody did with a dead letter. One without a row is open.
create table dead_letter_state (
    letter bigint      primary key,
    tenant text        not null,
    day    date        not null,
    state  text        not null check (state in ('replaying', 'counted', 'duplicate', 'failed', 'discarded')),
    -- Why it failed again, or why it was discarded.
    detail text        not null,
    since  timestamptz not null
);

create index dead_letter_state_day on dead_letter_state (day);

-- Who did what, and when. Only added to; goes with its letter.
create table dead_letter_action (
    id     bigint      generated always as identity primary key,
    letter bigint      not null,
    tenant text        not null,
    day    date        not null,
    action text        not null check (action in ('replay', 'discard')),
    reason text        not null,
    by_did text        not null,
    at     timestamptz not null
);

create index dead_letter_action_letter on dead_letter_action (letter);
create index dead_letter_action_day on dead_letter_action (day);
