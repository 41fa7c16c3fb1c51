-- With which key the newest events of each topic were signed. Null before the first look: with the one that signs then.
alter table revision
    add column keys_signed_by   text,
    add column dids_signed_by   text,
    add column grants_signed_by text;
