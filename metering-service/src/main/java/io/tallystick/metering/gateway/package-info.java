/**
 * The AI gateway's edge: sells the paths of an OpenAI-compatible server by the call.
 *
 * <p>Owns the routes, the clients of the model server, billing and identity, and the gateway's own access token. What a
 * request costs at most and what an answer used is {@code openai}'s; the order of a paid call's steps is {@code call}'s;
 * money is billing's.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>bytes pass unchanged in both directions;
 *   <li>identity is on no call's path;
 *   <li>prompts, completions, payments and tokens are in no log.
 * </ul>
 */
package io.tallystick.metering.gateway;
