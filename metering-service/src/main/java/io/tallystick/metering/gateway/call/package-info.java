/**
 * One paid call, from the request to the answer: authorize, ask the model server, record the usage, capture.
 *
 * <p>Owns the order of these steps and what is answered when one of them fails. It is not money: a hold is an id and a
 * charge a number that billing says. It is not HTTP: its ports are interfaces, and the edge implements them.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>nothing is sent to the model server without a hold;
 *   <li>an answer is delivered only after its usage was recorded durably;
 *   <li>every hold is captured or released, whether or not the client still listens; if billing is away it captures
 *       from the recorded usage, or the hold expires.
 * </ul>
 */
package io.tallystick.metering.gateway.call;
