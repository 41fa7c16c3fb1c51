-- The audit log: an entry for each change of a tenant, an identity, a grant, an API key, an issued DID or a signing key,
-- written by the database itself in the transaction of the change. No change without its entry, no entry without its change.
create table audit_entry (
    -- 'installation' for what belongs to no tenant.
    tenant       text        not null,
    seq          bigint      not null check (seq > 0),
    at           timestamptz not null,
    action       text        not null,
    subject      text        not null,
    -- Who did it, as the service said at the beginning of the transaction; empty if it was not the service.
    actor_tenant text        not null,
    actor_did    text        not null,
    actor_key    text        not null,
    trace        text        not null,
    -- The row before and after, without its secrets.
    before       jsonb,
    after        jsonb,
    -- Hash of the entry before; empty for a tenant's first.
    previous     text        not null,
    hash         text        not null,
    primary key (tenant, seq)
);

create index audit_entry_at on audit_entry (tenant, at);
create index audit_entry_actor on audit_entry (tenant, actor_did);

-- How long each tenant's chain is, and its last link. Who adds an entry holds the row until the transaction ends.
create table audit_head (
    tenant text   primary key,
    seq    bigint not null,
    hash   text   not null
);

create function audit_hash(entry audit_entry) returns text language sql stable as $$
    select encode(
        sha256(convert_to(
            jsonb_build_array(
                entry.tenant, entry.seq, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                entry.action, entry.subject, entry.actor_tenant, entry.actor_did, entry.actor_key, entry.trace,
                entry.before, entry.after, entry.previous)::text,
            'UTF8')),
        'hex')
$$;

-- Whoever inserts an entry, its place in the chain is given here.
create function audit_chain() returns trigger language plpgsql as $$
declare
    head audit_head;
begin
    insert into audit_head (tenant, seq, hash) values (new.tenant, 0, '') on conflict do nothing;
    select * into head from audit_head where tenant = new.tenant for update;
    new.seq := head.seq + 1;
    new.at := date_trunc('milliseconds', clock_timestamp());
    new.previous := head.hash;
    new.hash := audit_hash(new);
    update audit_head set seq = new.seq, hash = new.hash where tenant = new.tenant;
    return new;
end
$$;

create trigger chained before insert on audit_entry for each row execute function audit_chain();

create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end
$$;

create trigger only_added_to before update or delete on audit_entry for each row execute function audit_refuse();
create trigger never_emptied before truncate on audit_entry for each statement execute function audit_refuse();
create trigger never_emptied before truncate or delete on audit_head for each statement execute function audit_refuse();

-- Beside the triggers: the service's own user may not, unless it is a superuser. It owns the tables, so it could take both
-- back; an installation that must not trust it lets another user own them.
revoke update, delete, truncate on audit_entry from public, current_user;
revoke delete, truncate on audit_head from public, current_user;

-- Writes the entry of a changed row. Arguments: the kind of thing, the column with its tenant ('' if it has none), the one
-- with its name, and those that are left out, joined by commas: secrets, and what is no change of the thing itself.
create function audit_change() returns trigger language plpgsql as $$
declare
    left_out text[] := string_to_array(tg_argv[3], ',');
    was      jsonb  := case when tg_op <> 'INSERT' then to_jsonb(old) - left_out end;
    is_now   jsonb  := case when tg_op <> 'DELETE' then to_jsonb(new) - left_out end;
    actor    jsonb  := coalesce(nullif(current_setting('tallystick.actor', true), '')::jsonb, '{}'::jsonb);
begin
    if was is distinct from is_now then
        insert into audit_entry
            (tenant, seq, at, action, subject, actor_tenant, actor_did, actor_key, trace, before, after, previous, hash)
        values (
            case when tg_argv[1] = '' then 'installation' else coalesce(is_now, was) ->> tg_argv[1] end,
            1,
            now(),
            tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.changed' else '.removed' end,
            coalesce(is_now, was) ->> tg_argv[2],
            coalesce(actor ->> 'tenant', ''),
            coalesce(actor ->> 'did', ''),
            coalesce(actor ->> 'key', ''),
            coalesce(actor ->> 'trace', ''),
            was,
            is_now,
            '',
            '');
    end if;
    return null;
end
$$;

create trigger audited after insert or update or delete on tenant
    for each row execute function audit_change('tenant', 'id', 'id', '');
create trigger audited after insert or update or delete on identity
    for each row execute function audit_change('identity', 'tenant', 'did', 'first_token_at');
create trigger audited after insert or update or delete on spend_grant
    for each row execute function audit_change('grant', 'tenant', 'jti', 'jwt');
create trigger audited after insert or update or delete on api_key
    for each row execute function audit_change('api-key', 'tenant', 'id', 'hash,told_at');
create trigger audited after insert or update or delete on webvh_did
    for each row execute function audit_change('did', 'tenant', 'did', 'sealed');
create trigger audited after insert or update or delete on held_key
    for each row execute function audit_change('signing-key', '', 'kid', 'sealed');
