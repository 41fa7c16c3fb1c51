alter table channel
    -- Until when a channel that made a claim fail is left out of claims.
    add column left_alone_until timestamptz;
