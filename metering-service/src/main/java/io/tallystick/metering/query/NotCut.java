package io.tallystick.metering.query;

/** Why there are no windows. */
enum NotCut implements Cut {
    /** More than {@link Windows#MOST}. */
    TOO_MANY
}
