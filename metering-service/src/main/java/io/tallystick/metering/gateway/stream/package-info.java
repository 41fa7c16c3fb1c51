/**
 * An answer that is passed on while the model server writes it.
 *
 * <p>Owns the life of a stream: what of it is read, who waits for whom, when it is cut, and what it is charged then. How
 * a call is authorized, recorded and captured is {@code call}'s.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>bytes pass as they came, and no more than one event is kept of them;
 *   <li>a stream's usage is known: told by the model server, or counted from what was passed on;
 *   <li>its last event is passed on only once the usage is durable;
 *   <li>its hold is kept while it lives, or it is cut before the hold ends.
 * </ul>
 */
package io.tallystick.metering.gateway.stream;
