package io.tallystick.identity.audit;

/**
 * What a look at a part of a tenant's chain showed.
 *
 * @param checkedTo the last entry looked at; go on from there if it is not the last one there is
 * @param last the number of the last entry there ever was
 * @param head the hash of that one. Who keeps it notices later if the whole log was written anew
 * @param whole whether no entry was altered, removed or put in
 * @param firstBroken the first entry that is not what it was, or is missing; 0 if there is none
 */
record AuditCheck(long checkedTo, long last, String head, boolean whole, long firstBroken) {

    /**
     * @param after where the look began
     * @param found how many entries it looked at
     * @param wanted how many it would have looked at
     * @param broken the first one that is wrong, 0 if none
     */
    static AuditCheck of(long after, long found, long wanted, long broken, long last, String head) {
        var to = after + found;
        // The end was cut off.
        var missing = broken == 0 && found < wanted && to < last ? to + 1 : 0;
        var first = broken == 0 ? missing : broken;
        return new AuditCheck(to, last, head, first == 0, first);
    }
}
