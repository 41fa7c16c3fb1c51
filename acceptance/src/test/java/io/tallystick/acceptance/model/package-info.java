/**
 * The whole model in one simulation, without a framework: what the services decide, in random histories of everything
 * that can happen between them. The rules of the design are checked after every step of every history.
 */
package io.tallystick.acceptance.model;
