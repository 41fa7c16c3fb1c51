package io.tallystick.identity.did.foreign;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How many foreign DIDs are fetched in a minute, by one caller and in all. Each minute begins anew. Knows only callers
 * that were allowed something in this minute, which are no more than what is allowed in all.
 */
public final class FetchBudget {
    private final int perMinute;
    private final int perCaller;
    private final Map<String, Integer> callers = new HashMap<>();
    private int spent;
    private long minute;

    public FetchBudget(int perMinute, int perCaller) {
        this.perMinute = perMinute;
        this.perCaller = perCaller;
    }

    /** Takes one fetch from the caller's budget and from everyone's. @return whether both had one */
    public synchronized boolean allows(String caller, Instant now) {
        if (now.getEpochSecond() / 60 != minute) {
            minute = now.getEpochSecond() / 60;
            spent = 0;
            callers.clear();
        }
        int spentByCaller = callers.getOrDefault(caller, 0);
        if (spent >= perMinute || spentByCaller >= perCaller) {
            return false;
        }
        spent++;
        callers.put(caller, spentByCaller + 1);
        return true;
    }
}
