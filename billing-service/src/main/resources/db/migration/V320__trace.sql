-- Where in a trace something began, so that what comes of it later, and in another process, is told there. Written only
-- for traces that are kept, and of no other use: these rows may be deleted at any time.

-- Calls that were charged on a channel and are not settled.
create table charge_trace (
    channel     text        not null references channel (id),
    -- The channel's charged total once the call was charged: a claim of that total, or a higher one, settles it.
    total       numeric(39) not null check (total > 0),
    hold        uuid        not null,
    traceparent text        not null check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
    charged_at  timestamptz not null,
    primary key (channel, total)
);

-- Transactions that are not settled.
create table chain_trace (
    chain_id    bigint      not null,
    intent_key  text        not null,
    traceparent text        not null check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
    primary key (chain_id, intent_key),
    foreign key (chain_id, intent_key) references chain_transaction
);

alter table settlement add column traceparent text
    check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
