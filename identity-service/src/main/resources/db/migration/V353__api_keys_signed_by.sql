-- With which key the newest events of API keys were signed, as for the other topics.
alter table revision add column api_keys_signed_by text;
