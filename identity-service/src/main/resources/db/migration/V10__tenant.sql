create table tenant (
    id         text        primary key
               -- The same line stands in Tenant.java.
               constraint id_is_a_label check (id ~ '^[a-z0-9](?:[a-z0-9-]{0,62})$' and id <> 'installation'),
    name       text        not null check (length(name) between 1 and 200),
    created_at timestamptz not null
);
