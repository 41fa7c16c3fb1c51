-- Channels whose books a tenant's own server keeps: the facilitator verified or deposited for it.
create table foreign_channel (
    channel_id text        primary key check (channel_id ~ '^0x[0-9a-f]{64}$'),
    tenant     text        not null check (length(tenant) between 1 and 64),
    since      timestamptz not null
);
