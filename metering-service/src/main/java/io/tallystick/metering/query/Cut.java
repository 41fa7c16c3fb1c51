package io.tallystick.metering.query;

/** What cutting a stretch of time into windows gave. */
sealed interface Cut permits Windows, NotCut {}
