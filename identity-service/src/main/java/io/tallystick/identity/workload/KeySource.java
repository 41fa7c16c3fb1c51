package io.tallystick.identity.workload;

import java.util.concurrent.CompletionStage;

/** Where a platform's key set is read. */
interface KeySource {

    /** The key set as it is now, in JSON; fails if it cannot be had in time, or is larger than any has reason to be. */
    CompletionStage<byte[]> read();
}
