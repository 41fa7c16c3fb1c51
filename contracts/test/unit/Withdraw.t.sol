// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {Channels} from "../support/Channels.sol";

contract InitiateWithdraw_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function test_RevertWhen_CallerIsNotOfPayerSide() external {
        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.InvalidChannel.selector);
        escrow.initiateWithdraw(channel(), 1);
    }

    function test_RevertWhen_AmountIsZero() external {
        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.NothingToWithdraw.selector);
        escrow.initiateWithdraw(channel(), 0);
    }

    function test_RevertWhen_WithdrawalIsPending() external {
        initiateWithdraw(1);

        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.WithdrawalAlreadyPending.selector);
        escrow.initiateWithdraw(channel(), 1);
    }

    function test_RevertWhen_AmountIsAboveWhatIsNotClaimed() external {
        claim(4_000);

        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.WithdrawAmountExceedsAvailable.selector);
        escrow.initiateWithdraw(channel(), 6_001);
    }

    function test_WhenPayerAsks() external {
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.WithdrawInitiated(channelId, AMOUNT, uint40(block.timestamp) + DELAY);
        initiateWithdraw(AMOUNT);

        assertWithdrawal(AMOUNT, block.timestamp);
        assertChannel(AMOUNT, 0);
        assertTokens(payer, 0);
    }

    function test_WhenPayersAuthorizerAsks() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.payerAuthorizer = stranger;
        deposit(config, PAYER_KEY, AMOUNT);

        vm.prank(stranger);
        escrow.initiateWithdraw(config, 5);

        (uint128 amount,) = escrow.pendingWithdrawals(escrow.getChannelId(config));
        vm.assertEq(amount, 5, "amount");
    }
}

contract FinalizeWithdraw_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function finalizeWithdraw() private {
        vm.prank(payer);
        escrow.finalizeWithdraw(channel());
    }

    function delayPasses() private {
        vm.warp(block.timestamp + DELAY);
    }

    function test_RevertWhen_CallerIsNotOfPayerSide() external {
        initiateWithdraw(1);
        delayPasses();

        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.NotAuthorizedToFinalizeWithdraw.selector);
        escrow.finalizeWithdraw(channel());
    }

    function test_RevertWhen_NoWithdrawalIsPending() external {
        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.WithdrawalNotPending.selector);
        escrow.finalizeWithdraw(channel());
    }

    function test_RevertWhen_DelayHasASecondToGo() external {
        initiateWithdraw(1);
        vm.warp(block.timestamp + DELAY - 1);

        vm.prank(payer);
        vm.expectRevert(IBatchSettlement.WithdrawDelayNotElapsed.selector);
        escrow.finalizeWithdraw(channel());
    }

    function test_WhenDelayIsOver() external {
        initiateWithdraw(4_000);
        delayPasses();
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.WithdrawFinalized(channelId, payer, 4_000);
        finalizeWithdraw();

        assertTokens(payer, 4_000);
        assertChannel(6_000, 0);
        assertWithdrawal(0, 0);
        initiateWithdraw(6_000);
    }

    function test_WhenPayersAuthorizerSendsIt() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.payerAuthorizer = stranger;
        deposit(config, PAYER_KEY, AMOUNT);
        vm.prank(stranger);
        escrow.initiateWithdraw(config, 5);
        delayPasses();

        vm.prank(stranger);
        escrow.finalizeWithdraw(config);

        assertTokens(payer, 5);
        assertTokens(stranger, 0);
    }

    function test_WhenItWasAllAndNothingWasClaimed() external {
        initiateWithdraw(AMOUNT);
        delayPasses();
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.ChannelClosed(channelId, channel());
        finalizeWithdraw();

        assertTokens(address(escrow), 0);
    }

    function test_GivenClaimsSince() external {
        initiateWithdraw(AMOUNT);
        claim(7_000);
        delayPasses();

        vm.recordLogs();
        finalizeWithdraw();

        vm.assertEq(vm.getRecordedLogs().length, 2, "WithdrawFinalized and the token's transfer, no ChannelClosed");
        assertTokens(payer, 3_000);
        assertChannel(7_000, 7_000);
    }

    function test_GivenEverythingWasClaimedSince() external {
        initiateWithdraw(AMOUNT);
        claim(AMOUNT);
        delayPasses();
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.WithdrawFinalized(channelId, payer, 0);
        finalizeWithdraw();

        assertTokens(payer, 0);
        assertWithdrawal(0, 0);
        escrow.settle(receiver, address(token));
        assertTokens(receiver, AMOUNT);
    }

    function test_GivenDepositSince() external {
        initiateWithdraw(4_000);
        deposit(AMOUNT);
        delayPasses();

        finalizeWithdraw();

        assertTokens(payer, 4_000);
        assertChannel(2 * AMOUNT - 4_000, 0);
    }

    function test_GivenVoucherThatWasNotClaimed() external {
        IBatchSettlement.VoucherClaim[] memory late = only(row(channel(), PAYER_KEY, 7_000, 7_000));
        initiateWithdraw(AMOUNT);
        delayPasses();
        finalizeWithdraw();

        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.ClaimExceedsBalance.selector);
        escrow.claim(late);
    }

    /// @dev The payer gets what it asked for, cut to what was not claimed by then; the receiver gets what it claimed.
    function testFuzz_SplitsTheDeposit(uint128 asked, uint128 claimed, uint40 waited) external {
        asked = bound128(asked, 1, AMOUNT);
        claimed = bound128(claimed, 1, AMOUNT);
        initiateWithdraw(asked);
        claim(claimed);
        vm.warp(block.timestamp + bound(waited, DELAY, 365 days));

        finalizeWithdraw();
        escrow.settle(receiver, address(token));

        uint128 left = AMOUNT - claimed;
        assertTokens(payer, asked < left ? asked : left);
        assertTokens(receiver, claimed);
    }

    /// @dev Before the delay is over, to the second, nothing can be withdrawn; from then on it can.
    function testFuzz_WaitsForTheDelay(uint40 delay, uint40 waited) external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.withdrawDelay = uint40(bound(delay, 15 minutes, 30 days));
        waited = uint40(bound(waited, 0, 31 days));
        deposit(config, PAYER_KEY, AMOUNT);
        vm.prank(payer);
        escrow.initiateWithdraw(config, AMOUNT);
        vm.warp(block.timestamp + waited);

        vm.prank(payer);
        if (waited < config.withdrawDelay) vm.expectRevert(IBatchSettlement.WithdrawDelayNotElapsed.selector);
        escrow.finalizeWithdraw(config);

        assertTokens(payer, waited < config.withdrawDelay ? 0 : AMOUNT);
    }
}
