/**
 * Which upstreams serve a model, by their names, and what they call it.
 *
 * <p>Owns the routing table and the model's name in a request. It knows no address, and not how an upstream fares.
 */
package io.tallystick.metering.gateway.upstream.route;
