/**
 * What a call of Anthropic's messages API asks for at most, and what its answer used.
 *
 * <p>Owns the meaning of that API's bodies. It is not a client of the model server and knows no payment.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>a request whose size cannot be bounded before it is served is refused, not guessed;
 *   <li>the buckets of one call are disjoint: this API's input does not contain what was written to or read from a cache.
 * </ul>
 */
package io.tallystick.metering.gateway.anthropic;
