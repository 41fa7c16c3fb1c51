// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {KeyWallet} from "../doubles/KeyWallet.sol";
import {Channels} from "../support/Channels.sol";

contract Claim_Test is Channels {
    uint128 private constant AMOUNT = 10_000;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function test_RevertWhen_NoRows() external {
        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.EmptyBatch.selector);
        escrow.claim(new IBatchSettlement.VoucherClaim[](0));
    }

    function test_RevertWhen_CallerIsNotOfReceiverSide() external {
        assertRefused(only(row(channel(), PAYER_KEY, 1, 1)), stranger, IBatchSettlement.NotAuthorizedToClaim.selector);
        assertRefused(only(row(channel(), PAYER_KEY, 1, 1)), payer, IBatchSettlement.NotAuthorizedToClaim.selector);
    }

    function test_RevertWhen_CallerOfSkippedRowIsNotOfReceiverSide() external {
        assertRefused(only(row(channel(), PAYER_KEY, 1, 0)), stranger, IBatchSettlement.NotAuthorizedToClaim.selector);
    }

    function test_RevertWhen_SecondRowIsNotOfCallersSide() external {
        IBatchSettlement.ChannelConfig memory other = channel();
        other.receiver = stranger;
        assertRefused(
            both(row(channel(), PAYER_KEY, 1, 1), row(other, PAYER_KEY, 1, 1)),
            receiver,
            IBatchSettlement.NotAuthorizedToClaim.selector
        );
    }

    function test_WhenTotalIsAlreadyClaimed() external {
        claim(1_000);
        IBatchSettlement.VoucherClaim[] memory rows =
            both(row(channel(), STRANGER_KEY, 5, 1_000), row(channel(), PAYER_KEY, 1_500, 1_200));

        vm.prank(receiver);
        escrow.claim(rows);

        assertChannel(AMOUNT, 1_200);
        assertReceiver(1_200, 0);
    }

    function test_RevertWhen_TotalIsAboveVoucher() external {
        assertRefused(
            only(row(channel(), PAYER_KEY, 999, 1_000)), receiver, IBatchSettlement.ClaimExceedsCeiling.selector
        );
    }

    function test_RevertWhen_TotalIsAboveBalance() external {
        assertRefused(
            only(row(channel(), PAYER_KEY, AMOUNT + 1, AMOUNT + 1)),
            receiver,
            IBatchSettlement.ClaimExceedsBalance.selector
        );
    }

    function test_RevertWhen_SignedBySomeoneElse() external {
        assertRefused(
            only(row(channel(), STRANGER_KEY, 1_000, 1_000)), receiver, IBatchSettlement.InvalidSignature.selector
        );
    }

    function test_RevertWhen_SignedForAnotherAmount() external {
        IBatchSettlement.VoucherClaim memory raised = row(channel(), PAYER_KEY, 1_000, 1_000);
        raised.voucher.maxClaimableAmount = 1_001;
        assertRefused(only(raised), receiver, IBatchSettlement.InvalidSignature.selector);
    }

    function test_RevertWhen_SignedForAnotherChannel() external {
        IBatchSettlement.ChannelConfig memory other = channel();
        other.salt = bytes32(uint256(1));
        deposit(other, PAYER_KEY, AMOUNT);
        IBatchSettlement.VoucherClaim memory moved = row(channel(), PAYER_KEY, 1_000, 1_000);
        moved.voucher.channel = other;
        assertRefused(only(moved), receiver, IBatchSettlement.InvalidSignature.selector);
    }

    function test_RevertWhen_SignatureIsOfAnotherForm() external {
        bytes32 digest = escrow.getVoucherDigest(id(), 1_000);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, digest);
        bytes32 higher = bytes32(ORDER - uint256(s));
        bytes[5] memory forms = [
            abi.encodePacked(r, s, v - 27),
            abi.encodePacked(r, higher, 55 - v),
            abi.encodePacked(r, s),
            abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))),
            abi.encodePacked(r, s, v, uint8(0))
        ];

        for (uint256 i = 0; i < forms.length; ++i) {
            IBatchSettlement.VoucherClaim memory claimed = row(channel(), PAYER_KEY, 1_000, 1_000);
            claimed.signature = forms[i];
            vm.prank(receiver);
            vm.expectRevert();
            escrow.claim(only(claimed));
        }
        claim(1_000);
    }

    function test_RevertWhen_OneRowOfTwoIsWrong() external {
        IBatchSettlement.ChannelConfig memory other = channelOf(stranger);
        assertRefused(
            both(row(channel(), PAYER_KEY, 1_000, 1_000), row(other, STRANGER_KEY, 1, 1)),
            receiver,
            IBatchSettlement.ClaimExceedsBalance.selector
        );
        assertChannel(AMOUNT, 0);
        assertReceiver(0, 0);
    }

    function test_WhenPayersAuthorizerSigned() external {
        IBatchSettlement.VoucherClaim[] memory rows = only(row(channel(), PAYER_KEY, 1_000, 750));
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.Claimed(channelId, receiver, 750, 750);
        vm.prank(receiver);
        escrow.claim(rows);

        assertChannel(AMOUNT, 750);
        assertReceiver(750, 0);
        assertTokens(address(escrow), AMOUNT);
        assertTokens(receiver, 0);
    }

    function test_WhenReceiversAuthorizerSendsIt() external {
        IBatchSettlement.VoucherClaim[] memory rows = only(row(channel(), PAYER_KEY, 1_000, 750));
        claim(500);
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.Claimed(channelId, authorizer, 250, 750);
        vm.prank(authorizer);
        escrow.claim(rows);
    }

    function test_RevertGiven_PayersAuthorizerIsContractWallet() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.payerAuthorizer = address(new KeyWallet(payer));
        deposit(config, PAYER_KEY, AMOUNT);
        assertRefused(only(row(config, PAYER_KEY, 1, 1)), receiver, IBatchSettlement.InvalidSignature.selector);
    }

    function test_GivenNoPayersAuthorizer() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.payerAuthorizer = address(0);
        deposit(config, PAYER_KEY, AMOUNT);
        assertRefused(only(row(config, STRANGER_KEY, 5, 5)), receiver, IBatchSettlement.InvalidSignature.selector);

        IBatchSettlement.VoucherClaim[] memory rows = only(row(config, PAYER_KEY, 5, 5));
        vm.prank(receiver);
        escrow.claim(rows);

        assertReceiver(5, 0);
    }

    function test_GivenNoPayersAuthorizerAndContractWallet() external {
        IBatchSettlement.ChannelConfig memory config = channelOf(address(new KeyWallet(payer)));
        config.payerAuthorizer = address(0);
        deposit(config, PAYER_KEY, AMOUNT);
        assertRefused(only(row(config, STRANGER_KEY, 5, 5)), receiver, IBatchSettlement.InvalidSignature.selector);

        IBatchSettlement.VoucherClaim[] memory rows = only(row(config, PAYER_KEY, 5, 5));
        vm.prank(receiver);
        escrow.claim(rows);

        assertReceiver(5, 0);
    }

    /// @dev Whatever totals come in whatever order, the highest one within its voucher and the balance is what counts.
    function testFuzz_HighestTotalCounts(uint128[8] calldata totals) external {
        uint128 highest;
        for (uint256 i = 0; i < totals.length; ++i) {
            uint128 total = bound128(totals[i], 0, AMOUNT);
            IBatchSettlement.VoucherClaim[] memory rows = only(row(channel(), PAYER_KEY, AMOUNT, total));
            vm.prank(receiver);
            escrow.claim(rows);
            if (total > highest) highest = total;
        }

        assertChannel(AMOUNT, highest);
        assertReceiver(highest, 0);
    }

    /// @dev A total passes if and only if voucher and balance cover it.
    function testFuzz_TotalIsCovered(uint128 ceiling, uint128 total) external {
        ceiling = bound128(ceiling, 0, 2 * AMOUNT);
        total = bound128(total, 1, 2 * AMOUNT);
        IBatchSettlement.VoucherClaim[] memory rows = only(row(channel(), PAYER_KEY, ceiling, total));

        vm.prank(receiver);
        if (total > ceiling) vm.expectRevert(IBatchSettlement.ClaimExceedsCeiling.selector);
        else if (total > AMOUNT) vm.expectRevert(IBatchSettlement.ClaimExceedsBalance.selector);
        escrow.claim(rows);

        assertChannel(AMOUNT, total <= ceiling && total <= AMOUNT ? total : 0);
    }

    /// @dev One bit of a signature decides.
    function testFuzz_RevertWhen_SignatureIsAltered(uint256 bit) external {
        bit = bound(bit, 0, 65 * 8 - 1);
        IBatchSettlement.VoucherClaim memory altered = row(channel(), PAYER_KEY, 1_000, 1_000);
        altered.signature[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));

        vm.prank(receiver);
        vm.expectRevert();
        escrow.claim(only(altered));
        claim(1_000);
    }

    function assertRefused(IBatchSettlement.VoucherClaim[] memory rows, address sender, bytes4 reason) private {
        vm.prank(sender);
        vm.expectRevert(reason);
        escrow.claim(rows);
    }
}
