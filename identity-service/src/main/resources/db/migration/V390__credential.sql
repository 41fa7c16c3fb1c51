-- Status lists (W3C Bitstring Status List): which places were given, and how often a bit in one changed. The bits themselves
-- are the credentials' rows, so that there is no second account of them.
create table status_list (
    number     integer     primary key check (number > 0),
    -- The rest of the 131,072 places stays free, so that one that nobody can guess is found at once.
    taken      integer     not null default 0 check (taken between 0 and 98304),
    version    bigint      not null default 0,
    changed_at timestamptz not null
);

-- What this installation said of identities. A row stays for ever: a place in a list is never given twice.
create table credential (
    id           uuid        primary key,
    tenant       text        not null,
    tenant_name  text        not null,
    subject      text        not null,
    type         text        not null check (type in ('provider', 'client')),
    kind         text        not null,
    roles        text        not null,
    name         text        not null,
    valid_from   timestamptz not null,
    valid_until  timestamptz not null,
    list         integer     not null references status_list,
    place        integer     not null check (place between 0 and 131071),
    suspended_at timestamptz,
    revoked_at   timestamptz,
    foreign key (tenant, subject) references identity (tenant, did),
    constraint a_place_is_given_once unique (list, place),
    -- The same lines stand in Credential.java and CredentialType.java.
    constraint begins_before_it_ends check (valid_from < valid_until),
    constraint says_what_the_identity_is check (
        case type
            when 'provider' then kind = 'provider'
            else 'client' = any (string_to_array(roles, ','))
        end)
);

create index credential_of_tenant on credential (tenant, id);
create index credential_not_expired on credential (tenant, valid_until);
create index credential_of_subject on credential (tenant, subject, valid_until) where revoked_at is null;
create index credential_with_a_bit on credential (list, place) where revoked_at is not null or suspended_at is not null;

-- Whoever changes a bit, the list is signed anew.
create function status_changed() returns trigger language plpgsql as $$
begin
    update status_list
        set version = version + 1, changed_at = greatest(changed_at, date_trunc('second', clock_timestamp()))
        where number = new.list;
    return null;
end
$$;

create trigger status_changed after update of suspended_at, revoked_at on credential
    for each row
    when (old.suspended_at is distinct from new.suspended_at or old.revoked_at is distinct from new.revoked_at)
    execute function status_changed();

-- What was said of an identity ends with it, in the same transaction, whoever revokes it and why. One that has expired says
-- nothing more, so there are never more than an identity may have. In the order of lists, as all do who change several.
create function identity_ends_its_credentials() returns trigger language plpgsql as $$
declare
    ended uuid;
begin
    for ended in
        select id from credential
            where tenant = new.tenant and subject = new.did and revoked_at is null and valid_until > now()
            order by list, place
    loop
        update credential set revoked_at = new.revoked_at where id = ended and revoked_at is null;
    end loop;
    return null;
end
$$;

create trigger ends_its_credentials after update of revoked_at on identity
    for each row
    when (old.revoked_at is null and new.revoked_at is not null)
    execute function identity_ends_its_credentials();

create trigger audited after insert or update or delete on credential
    for each row execute function audit_change('credential', 'tenant', 'id', 'list,place');
