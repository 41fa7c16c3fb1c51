/** Usage events as they are sent: reading them, and telling one from another. */
package io.tallystick.metering.usage.event;
