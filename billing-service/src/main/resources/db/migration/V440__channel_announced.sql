-- The highest total that a payer was told at the start of a stream: what its own books may say. Streams only.
alter table channel add column announced numeric(39) check (announced >= 0);
