package io.tallystick.identity.credential.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The bits of a status list, as others pack and unpack them. */
class StatusListTest {
    private static final int BYTES = 16_384;

    @Test
    void theFirstBitIsTheLeftmostOfTheFirstByte() throws IOException {
        var bits = unpack(StatusList.of(List.of(0, 9, 131_071)).encoded());

        assertThat(bits).hasSize(BYTES);
        assertThat(bits[0]).isEqualTo((byte) 0x80);
        assertThat(bits[1]).isEqualTo((byte) 0x40);
        assertThat(bits[BYTES - 1]).isEqualTo((byte) 0x01);
        assertThat(bits[2]).isZero();
    }

    @Test
    void whatWasSetIsSetAfterDecoding() {
        var list = StatusList.decode(StatusList.of(List.of(3, 94_567)).encoded());

        assertThat(list.places()).isEqualTo(131_072);
        assertThat(list.isSet(3)).isTrue();
        assertThat(list.isSet(94_567)).isTrue();
        assertThat(list.isSet(94_566)).isFalse();
        assertThat(list.isSet(94_568)).isFalse();
    }

    @Test
    void anEmptyListIsTheOneOfTheStandardsExample() {
        // What the recommendation prints for 131,072 bits that are not set, packed by another program.
        var list = StatusList.decode("uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA");

        assertThat(list.places()).isEqualTo(131_072);
        for (int i = 0; i < list.places(); i++) {
            assertThat(list.isSet(i)).isFalse();
        }
    }

    @Test
    void aDecompressionBombIsNotUnpacked() throws IOException {
        var bomb = pack(new byte[10_000_000]);
        assertThat(bomb).hasSizeLessThan(15_000);

        assertThatThrownBy(() -> StatusList.decode(bomb))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 131072 bytes");
    }

    @Test
    void aBombInSeveralMembersIsNotUnpacked() throws IOException {
        var members = new ByteArrayOutputStream();
        for (int i = 0; i < 64; i++) {
            members.write(Base64.getUrlDecoder().decode(pack(new byte[BYTES]).substring(1)));
        }
        var bomb = "u" + Base64.getUrlEncoder().encodeToString(members.toByteArray());

        assertThatThrownBy(() -> StatusList.decode(bomb)).hasMessageContaining("more than 131072 bytes");
    }

    @Test
    void aListInWhichACredentialWouldStandOutIsRefused() throws IOException {
        var small = pack(new byte[BYTES - 1]);

        assertThatThrownBy(() -> StatusList.decode(small)).hasMessageContaining("fewer than 131072 entries");
    }

    @Test
    void whatIsNoListIsRefused() throws IOException {
        var right = pack(new byte[BYTES]);
        for (var wrong : List.of(
                "", "u", "z" + right.substring(1), right.substring(1), "u%%%", "uAAAA", right.substring(0, 40))) {
            assertThatThrownBy(() -> StatusList.decode(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("encodedList");
        }
    }

    @Test
    void anAddressIsReadInItsOneSpelling() {
        var origin = "https://identity.example";
        for (var purpose : StatusPurpose.values()) {
            var address = new ListAddress(7, purpose);
            assertThat(ListAddress.of(address.url(origin), origin)).isEqualTo(Optional.of(address));
        }
        for (var wrong : List.of(
                "https://identity.example.evil.example/status-lists/7",
                "https://identity.example@evil.example/status-lists/7",
                "http://identity.example/status-lists/7",
                "https://identity.example/status-lists/07",
                "https://identity.example/status-lists/7/",
                "https://identity.example/status-lists/../status-lists/7",
                "https://identity.example/status-lists/7?x",
                "https://identity.example/status-lists/7%2Fsuspension",
                "https://identity.example/status-lists/99999999999999999999")) {
            assertThat(ListAddress.of(wrong, origin)).as(wrong).isEmpty();
        }
    }

    @Test
    void instancesThatSignAtOtherTimesSayTheSameUntilTheNextTick() {
        var times = new ListTimes(Duration.ofMinutes(1), Duration.ofMinutes(10));
        var tick = Instant.parse("2030-01-01T00:10:00Z");
        var before = Instant.parse("2029-01-01T00:00:00Z");

        assertThat(times.from(tick.plusSeconds(1), before)).isEqualTo(tick);
        assertThat(times.from(tick.plusSeconds(599), before)).isEqualTo(tick);
        assertThat(times.until(tick.plusSeconds(1))).isEqualTo(times.until(tick.plusSeconds(599)));
        // Valid for as long again as it may be kept, and longer.
        assertThat(times.until(tick.plusSeconds(599))).isEqualTo(tick.plusSeconds(1200));
        // A list that changed says when.
        var changed = tick.plusSeconds(30);
        assertThat(times.from(tick.plusSeconds(60), changed)).isEqualTo(changed);
    }

    @Test
    void aListIsNotKeptLongerThanItIsValid() {
        assertThatThrownBy(() -> new ListTimes(Duration.ofMinutes(11), Duration.ofMinutes(10)))
                .hasMessageContaining("tallystick.identity.status-lists");
    }

    private static String pack(byte[] bits) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bits);
        }
        return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
    }

    private static byte[] unpack(String encoded) throws IOException {
        assertThat(encoded).startsWith("u").doesNotContain("=");
        var packed = Base64.getUrlDecoder().decode(encoded.substring(1));
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }
}
