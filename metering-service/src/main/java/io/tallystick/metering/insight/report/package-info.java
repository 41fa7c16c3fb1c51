/** The three questions and their answers, as JSON and CSV. */
package io.tallystick.metering.insight.report;
