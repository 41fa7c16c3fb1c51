-- Proofs of a key that were taken, by whichever instance. A row is kept as long as its proof would be accepted.
create table used_proof (
    -- The key's thumbprint, and what the proof is told from others of that key by.
    jkt        text        not null check (jkt ~ '^[A-Za-z0-9_-]{43}$'),
    jti        text        not null check (jti ~ '^[\x20-\x7e]+$' and length(jti) <= 256),
    expires_at timestamptz not null,
    primary key (jkt, jti)
);

create index used_proof_expires_at on used_proof (expires_at);
