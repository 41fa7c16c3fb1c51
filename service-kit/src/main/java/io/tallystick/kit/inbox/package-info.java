/** Events of other services as they come in: typed, or unreadable with a reason; never an exception in a consumer. */
package io.tallystick.kit.inbox;
