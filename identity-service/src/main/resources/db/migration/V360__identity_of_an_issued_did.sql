-- A did:webvh may be an identity of the tenant that it was issued to, and is one identity: what it is is its SCID,
-- whatever it is called. The same stands in Identities.java and DidSignatures.java.
alter table webvh_did add constraint webvh_did_of_tenant unique (tenant, scid);

alter table identity
    drop constraint identity_did_check,
    -- A port stands behind %3A.
    add constraint identity_did_check
        check (did ~ '^did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%3A)+$' and length(did) <= 1024),
    add column scid text generated always as
        (case when did like 'did:webvh:%' then split_part(did, ':', 3) end) stored,
    add constraint a_did_is_one_identity unique (tenant, scid),
    add constraint only_what_was_issued_to_the_tenant
        foreign key (tenant, scid) references webvh_did (tenant, scid);
