/**
 * What a call of the OpenAI API asks for at most, what its answer used, and how that API says no.
 *
 * <p>Owns the meaning of request and answer bodies. It is not a client of the model server and knows no payment.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>a request whose size cannot be bounded before it is served is refused, not guessed;
 *   <li>the buckets of one call are disjoint, and their sum is what the model server counted;
 *   <li>no usage is not usage of zero: it is estimated and marked.
 * </ul>
 */
package io.tallystick.metering.gateway.openai;
