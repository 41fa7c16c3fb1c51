/** Takes in what metering and billing say, each fact once, and keeps what it comes to by span of time. */
package io.tallystick.metering.insight.feed;
