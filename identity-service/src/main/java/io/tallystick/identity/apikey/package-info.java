/**
 * API keys: the simplest way in. A key acts as an identity with some of its roles, within limits, until it ends or is
 * revoked. Only its hash is kept, and told to the other services, which verify keys by themselves.
 */
package io.tallystick.identity.apikey;
