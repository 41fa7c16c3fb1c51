/** The work of sending: decided by core classes, stored in PostgreSQL, done by one worker at a time. */
package io.tallystick.billing.chain.engine;
