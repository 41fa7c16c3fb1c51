/** What a provider is judged by: usage, cost and retention, from usage and charges that happened. Here, how time is cut. */
package io.tallystick.metering.insight;
