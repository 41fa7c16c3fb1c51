package io.tallystick.identity.credential.status;

/**
 * Where a credential's bits stand: in the same place of a list for each purpose.
 *
 * @param list its number, from 1 on
 * @param index of the bit, from 0 on
 */
public record Place(int list, int index) {

    public Place {
        if (list < 1 || index < 0 || index >= StatusList.PLACES) {
            throw new IllegalArgumentException("no place in a status list: " + list + ", " + index);
        }
    }
}
