/** How a service says no: RFC 9457 problems that tell the caller what to do. */
package io.tallystick.kit.problem;
