-- When the DID's holder was first given an access token for the tenant. Until then the registration is the tenant's word
-- alone, and takes nothing from what the holder has with other tenants.
alter table identity add column first_token_at timestamptz;
