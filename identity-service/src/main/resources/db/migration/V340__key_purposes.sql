-- Keys of several purposes, held by several signers. The version before knows access tokens' keys that lie here: it sees
-- them through a view under the old name, and what it adds there has the defaults.
alter table signing_key rename to held_key;

alter table held_key
    add column purpose text not null default 'access_token' check (purpose in ('access_token', 'assertion', 'receipt')),
    add column holder text not null default 'local' check (holder in ('local', 'vault')),
    drop constraint only_a_revoked_key_is_gone,
    -- The same lines stand in SigningKeyEntity.java. What verifies for years is of no use to a thief: its private half is
    -- gone once it signs no more. Of access tokens' keys it stays a little, because the version before expects it.
    add constraint a_key_that_signs_is_there check (state <> 'active' or sealed is not null),
    add constraint a_revoked_key_is_gone check (state <> 'revoked' or sealed is null),
    add constraint a_retired_key_is_gone check (state <> 'retiring' or purpose = 'access_token' or sealed is null);

create view signing_key as
    select kid, public_key, sealed, state, active_from, revoke_at
    from held_key
    where purpose = 'access_token' and holder = 'local';

-- Which instance makes the next key of a purpose, until when.
create table key_turn (
    purpose     text        primary key check (purpose in ('access_token', 'assertion', 'receipt')),
    taken_until timestamptz not null
);

insert into key_turn (purpose, taken_until)
values ('access_token', 'epoch'), ('assertion', 'epoch'), ('receipt', 'epoch');

-- Events of keys that sign no access tokens. Those of access tokens' keys alone are announced by the heartbeats: a service
-- of the version before would wait for the others and never take them in.
alter table revision add column other_keys bigint not null default 0 check (other_keys >= 0);
