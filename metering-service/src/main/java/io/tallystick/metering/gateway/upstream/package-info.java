/**
 * The model servers behind the gateway: which of them a call goes to, whether one is asked at all, and the connection
 * to it up to the head of its answer.
 *
 * <p>Owns names, addresses and keys of upstreams, a breaker and a bound of calls for each. Which of them serve a model is
 * {@code route}'s. It is not the meaning of an answer: how the rest of it is read, whole or as it comes, is for who opened
 * the call.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>a call goes to a second upstream only if no byte of it was sent to the first, or the first said by its status that
 *       it does not serve it;
 *   <li>only configured addresses are called, and no part of an address comes from a request;
 *   <li>each try, wait and count has a bound, and all tries together end with the time that the call was given;
 *   <li>a provider's key is in the request to that provider and nowhere else.
 * </ul>
 */
package io.tallystick.metering.gateway.upstream;
