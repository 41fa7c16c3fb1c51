-- Programs that act as an identity by the word of a platform: a Kubernetes cluster, a SPIFFE trust domain.
create table workload (
    tenant    text        not null,
    platform  text        not null check (platform ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    subject   text        not null check (subject ~ '^[\x21-\x7e]+$' and length(subject) <= 512),
    did       text        not null,
    linked_at timestamptz not null,
    primary key (tenant, platform, subject),
    foreign key (tenant, did) references identity (tenant, did)
);

create index workload_did on workload (tenant, did);

create trigger audited after insert or update or delete on workload
    for each row execute function audit_change('workload', 'tenant', 'subject', '');
