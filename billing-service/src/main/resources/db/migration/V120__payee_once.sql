-- Our key refunds the channels of a payee for its tenant, so no two tenants have the same one.
create unique index payee_once on payee (asset, pay_to);
drop index payee_pay_to;
