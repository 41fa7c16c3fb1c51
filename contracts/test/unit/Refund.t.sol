// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {KeyWallet} from "../doubles/KeyWallet.sol";
import {Channels} from "../support/Channels.sol";

contract Refund_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function refund(uint128 amount) private {
        vm.prank(receiver);
        escrow.refund(channel(), amount);
    }

    function test_RevertWhen_CallerIsNotOfReceiverSide() external {
        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.NotAuthorizedToRefund.selector);
        escrow.refund(channel(), 1);
    }

    function test_RevertWhen_AmountIsZero() external {
        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.ZeroRefund.selector);
        escrow.refund(channel(), 0);
    }

    function test_WhenEverythingIsClaimed() external {
        claim(AMOUNT);

        vm.recordLogs();
        refund(1);

        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
        vm.assertEq(escrow.refundNonce(id()), 1, "refund nonce");
        assertChannel(AMOUNT, AMOUNT);
        assertTokens(payer, 0);
    }

    function test_WhenSomethingIsNotClaimed() external {
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.Refunded(channelId, authorizer, 2_500);
        vm.prank(authorizer);
        escrow.refund(channel(), 2_500);

        assertTokens(payer, 2_500);
        assertChannel(AMOUNT - 2_500, 0);
        vm.assertEq(escrow.refundNonce(channelId), 1, "refund nonce");
    }

    function test_WhenAmountIsAboveWhatIsNotClaimed() external {
        claim(4_000);

        vm.recordLogs();
        refund(type(uint128).max);

        vm.assertEq(vm.getRecordedLogs().length, 2, "Refunded and the token's transfer, no ChannelClosed");
        assertTokens(payer, 6_000);
        assertChannel(4_000, 4_000);
    }

    function test_WhenItWasAllAndNothingWasClaimed() external {
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.ChannelClosed(channelId, channel());
        refund(AMOUNT);

        assertTokens(payer, AMOUNT);
        assertTokens(address(escrow), 0);
    }

    function test_GivenPendingWithdrawal() external {
        initiateWithdraw(3_000);
        uint256 initiatedAt = block.timestamp;
        vm.warp(initiatedAt + 60);

        refund(1_000);
        assertWithdrawal(2_000, initiatedAt);

        refund(2_000);
        assertWithdrawal(0, 0);
    }

    function test_GivenPendingWithdrawalBelowAmount() external {
        initiateWithdraw(3_000);

        refund(3_001);

        assertWithdrawal(0, 0);
        assertTokens(payer, 3_001);
    }

    /// @dev A refund gives back what was asked, cut to what is not claimed, and never what is.
    function testFuzz_GivesBackWhatIsNotClaimed(uint128 claimed, uint128 asked) external {
        claimed = bound128(claimed, 1, AMOUNT);
        asked = bound128(asked, 1, 2 * AMOUNT);
        claim(claimed);

        refund(asked);

        uint128 left = AMOUNT - claimed;
        uint128 given = asked < left ? asked : left;
        assertTokens(payer, given);
        assertChannel(AMOUNT - given, claimed);
        escrow.settle(receiver, address(token));
        assertTokens(receiver, claimed);
    }
}

contract RefundWithSignature_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function refundSignature(uint256 key, uint256 nonce, uint128 amount) private view returns (bytes memory) {
        return signed(key, escrow.getRefundDigest(id(), nonce, amount));
    }

    function test_RevertWhen_NonceIsNotTheChannels() external {
        bytes memory signature = refundSignature(AUTHORIZER_KEY, 1, 500);

        vm.expectRevert(IBatchSettlement.InvalidRefundNonce.selector);
        escrow.refundWithSignature(channel(), 500, 1, signature);
    }

    function test_RevertWhen_AnotherAmountWasSigned() external {
        bytes memory signature = refundSignature(AUTHORIZER_KEY, 0, 500);

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.refundWithSignature(channel(), 501, 0, signature);
    }

    function test_RevertWhen_SignedBySomeoneElse() external {
        bytes memory signature = refundSignature(PAYER_KEY, 0, 500);

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.refundWithSignature(channel(), 500, 0, signature);
    }

    function test_RevertWhen_AmountIsZero() external {
        bytes memory signature = refundSignature(AUTHORIZER_KEY, 0, 0);

        vm.expectRevert(IBatchSettlement.ZeroRefund.selector);
        escrow.refundWithSignature(channel(), 0, 0, signature);
    }

    function test_RevertWhen_RefundOfReceiverCameFirst() external {
        bytes memory signature = refundSignature(AUTHORIZER_KEY, 0, 500);
        vm.prank(receiver);
        escrow.refund(channel(), 1);

        vm.expectRevert(IBatchSettlement.InvalidRefundNonce.selector);
        escrow.refundWithSignature(channel(), 500, 0, signature);
    }

    function test_WhenReceiversAuthorizerSigned() external {
        bytes memory signature = refundSignature(AUTHORIZER_KEY, 0, 500);

        vm.prank(stranger);
        escrow.refundWithSignature(channel(), 500, 0, signature);
        assertTokens(payer, 500);

        vm.expectRevert(IBatchSettlement.InvalidRefundNonce.selector);
        escrow.refundWithSignature(channel(), 500, 0, signature);
        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.refundWithSignature(channel(), 500, 1, signature);
    }

    function test_GivenAuthorizerIsContractWallet() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.receiverAuthorizer = address(new KeyWallet(authorizer));
        deposit(config, PAYER_KEY, AMOUNT);
        bytes32 digest = escrow.getRefundDigest(escrow.getChannelId(config), 0, 500);

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.refundWithSignature(config, 500, 0, signed(STRANGER_KEY, digest));
        escrow.refundWithSignature(config, 500, 0, signed(AUTHORIZER_KEY, digest));

        assertTokens(payer, 500);
    }
}
