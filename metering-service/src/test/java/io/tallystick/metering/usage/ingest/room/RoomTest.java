package io.tallystick.metering.usage.ingest.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoomTest {
    private final Room room = new Room(100, 3);

    @Test
    void letsInWhatFitsAndTheOthersInTurn() {
        var first = room.enter("a", 50);
        var second = room.enter("b", 50);
        var third = room.enter("c", 30);
        var fourth = room.enter("d", 20);

        assertThat(first.admitted()).isCompletedWithValue(true);
        assertThat(second.admitted()).isCompletedWithValue(true);
        assertThat(third.admitted()).isNotDone();
        first.leave();
        assertThat(third.admitted()).isCompletedWithValue(true);
        assertThat(fourth.admitted()).isCompletedWithValue(true);
        assertThat(room.held()).isEqualTo(100);
    }

    @Test
    void doesNotLetSmallOnesOvertakeALargeOneForEver() {
        var first = room.enter("a", 40);
        var second = room.enter("b", 40);
        var large = room.enter("c", 50);
        var small = room.enter("d", 1);

        assertThat(small.admitted()).isNotDone();
        first.leave();
        assertThat(large.admitted()).isCompletedWithValue(true);
        assertThat(small.admitted()).isCompletedWithValue(true);
        second.leave();
    }

    @Test
    void turnsAwayWhereTooManyWait() {
        room.enter("a", 50);
        room.enter("b", 50);
        for (int i = 0; i < 3; i++) {
            assertThat(room.enter("c", 1).admitted()).isNotDone();
        }

        assertThat(room.enter("c", 1).admitted()).isCompletedWithValue(false);
        assertThat(room.waiting()).isEqualTo(3);
    }

    @Test
    void letsNoTenantHaveMoreThanHalfNorHoldUpTheOthers() {
        room.enter("a", 50);
        var more = room.enter("a", 1);
        var other = room.enter("b", 10);

        assertThat(more.admitted()).isNotDone();
        assertThat(other.admitted()).isCompletedWithValue(true);
    }

    @Test
    void givesAPlaceToWhatIsLargerThanAShare() {
        var large = room.enter("a", 1_000);

        assertThat(large.admitted()).isCompletedWithValue(true);
        assertThat(room.held()).isEqualTo(50);
    }

    @Test
    void forgetsWhoWaitsNoLonger() {
        var inside = room.enter("a", 50);
        var impatient = room.enter("a", 50);
        impatient.leave();

        assertThat(impatient.admitted()).isCompletedWithValue(false);
        inside.leave();
        inside.leave();
        assertThat(room.held()).isZero();
        assertThat(room.waiting()).isZero();
    }

    @Test
    void neverHoldsMoreThanThereIsAndIsEmptyInTheEnd() {
        var random = new Random(1);
        var stays = new ArrayList<Room.Stay>();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextBoolean()) {
                stays.add(room.enter("t" + random.nextInt(4), random.nextInt(60)));
            } else if (!stays.isEmpty()) {
                stays.remove(random.nextInt(stays.size())).leave();
            }
            assertThat(room.held()).isBetween(0L, 100L);
            assertThat(room.waiting()).isBetween(0, 3);
        }
        stays.forEach(Room.Stay::leave);

        assertThat(room.held()).isZero();
        assertThat(room.waiting()).isZero();
    }
}
