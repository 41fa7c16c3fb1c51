package io.tallystick.metering.query;

/** Why there are no windows. */
enum NotCut implements Cut {
    /** More than {@link Windows#MOST}. */
    TOO_MANY,
    /** The zone is not a whole number of hours from UTC, so its days begin within a series' hour. */
    NOT_WHOLE_HOURS
}
