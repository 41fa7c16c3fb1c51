-- Messages that Kafka does not have yet. Written in the transaction that makes them true, deleted once acknowledged.
create table outbox (
    id           bigint generated always as identity primary key,
    topic        text        not null,
    message_key  text        not null,
    -- One message of a slot waits at most; a newer total takes the place of the older.
    slot         text        not null unique,
    version      bigint      not null default 1,
    content_type text        not null,
    value        bytea       not null,
    created_at   timestamptz not null default now()
);

create function outbox_notify() returns trigger language plpgsql as $$
begin
    notify outbox;
    return null;
end
$$;

create trigger outbox_notify after insert or update on outbox
    for each statement execute function outbox_notify();
