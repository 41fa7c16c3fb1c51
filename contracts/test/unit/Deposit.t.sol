// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {CallingCollector} from "../doubles/CallingCollector.sol";
import {KeyWallet} from "../doubles/KeyWallet.sol";
import {ShortCollector} from "../doubles/ShortCollector.sol";
import {Channels} from "../support/Channels.sol";
import {Vm} from "../support/Vm.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract Deposit_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function test_RevertWhen_PartyOrTokenIsZero() external {
        IBatchSettlement.ChannelConfig[4] memory configs = [channel(), channel(), channel(), channel()];
        configs[0].payer = address(0);
        configs[1].receiver = address(0);
        configs[2].receiverAuthorizer = address(0);
        configs[3].token = address(0);

        for (uint256 i = 0; i < configs.length; ++i) {
            vm.expectRevert(IBatchSettlement.InvalidChannel.selector);
            escrow.deposit(configs[i], AMOUNT, address(collector), "");
        }
    }

    function test_RevertWhen_DelayOutOfRange() external {
        IBatchSettlement.ChannelConfig memory config = channel();

        config.withdrawDelay = 15 minutes - 1;
        vm.expectRevert(IBatchSettlement.WithdrawDelayOutOfRange.selector);
        escrow.deposit(config, AMOUNT, address(collector), "");

        config.withdrawDelay = 30 days + 1;
        vm.expectRevert(IBatchSettlement.WithdrawDelayOutOfRange.selector);
        escrow.deposit(config, AMOUNT, address(collector), "");
    }

    function test_WhenDelayIsAtEitherEnd() external {
        IBatchSettlement.ChannelConfig memory config = channel();

        config.withdrawDelay = 15 minutes;
        deposit(config, PAYER_KEY, AMOUNT);
        config.withdrawDelay = 30 days;
        deposit(config, PAYER_KEY, AMOUNT);

        assertTokens(address(escrow), 2 * AMOUNT);
    }

    function test_RevertWhen_AmountIsZero() external {
        vm.expectRevert(IBatchSettlement.ZeroDeposit.selector);
        escrow.deposit(channel(), 0, address(collector), "");
    }

    function test_RevertWhen_CollectorIsZero() external {
        vm.expectRevert(IBatchSettlement.InvalidCollector.selector);
        escrow.deposit(channel(), AMOUNT, address(0), "");
    }

    function test_RevertWhen_BalanceWouldExceed128Bits() external {
        deposit(type(uint128).max);

        vm.expectRevert(IBatchSettlement.DepositOverflow.selector);
        escrow.deposit(channel(), 1, address(collector), "");
    }

    function test_RevertWhen_CollectorBringsAnotherAmount() external {
        ShortCollector short = new ShortCollector();
        uint256[3] memory brought = [uint256(AMOUNT) - 1, AMOUNT + 1, 0];

        for (uint256 i = 0; i < brought.length; ++i) {
            vm.expectRevert(IBatchSettlement.DepositCollectionFailed.selector);
            escrow.deposit(channel(), AMOUNT, address(short), abi.encode(brought[i]));
        }
    }

    function test_RevertWhen_CollectorCallsBack() external {
        CallingCollector calling = new CallingCollector();
        bytes memory call = abi.encodeCall(escrow.settle, (receiver, address(token)));

        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        escrow.deposit(channel(), AMOUNT, address(calling), call);
    }

    function test_RevertWhen_PayerAuthorizedAnotherAmount() external {
        token.mint(payer, AMOUNT);
        bytes memory data = depositData(PAYER_KEY, channel(), AMOUNT - 1, 1);

        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.deposit(channel(), AMOUNT, address(collector), data);
    }

    function test_RevertWhen_PayerAuthorizedAnotherChannel() external {
        token.mint(payer, AMOUNT);
        IBatchSettlement.ChannelConfig memory other = channel();
        other.receiver = stranger;
        bytes memory data = depositData(PAYER_KEY, channel(), AMOUNT, 1);

        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.deposit(other, AMOUNT, address(collector), data);
    }

    function test_RevertWhen_AuthorizationWasUsed() external {
        token.mint(payer, 2 * AMOUNT);
        bytes memory data = depositData(PAYER_KEY, channel(), AMOUNT, 1);
        escrow.deposit(channel(), AMOUNT, address(collector), data);

        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        escrow.deposit(channel(), AMOUNT, address(collector), data);
    }

    function test_WhenAnyoneSendsIt() external {
        token.mint(payer, AMOUNT);
        bytes memory data = depositData(PAYER_KEY, channel(), AMOUNT, 1);

        vm.prank(stranger);
        escrow.deposit(channel(), AMOUNT, address(collector), data);

        assertTokens(payer, 0);
        assertTokens(address(escrow), AMOUNT);
        assertTokens(address(collector), 0);
        assertChannel(AMOUNT, 0);
    }

    function test_GivenEmptyChannel() external {
        token.mint(payer, AMOUNT);
        bytes memory data = depositData(PAYER_KEY, channel(), AMOUNT, 1);
        bytes32 channelId = id();

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.ChannelCreated(channelId, channel());
        vm.expectEmit(address(escrow));
        emit IBatchSettlement.Deposited(channelId, address(this), AMOUNT, AMOUNT);
        escrow.deposit(channel(), AMOUNT, address(collector), data);
    }

    function test_GivenChannelWithBalance() external {
        deposit(AMOUNT);

        vm.recordLogs();
        deposit(500);

        assertChannel(AMOUNT + 500, 0);
        assertNotEmitted(IBatchSettlement.ChannelCreated.selector);
    }

    function test_GivenRefundedChannelWithClaims() external {
        deposit(AMOUNT);
        claim(1_000);
        vm.prank(receiver);
        escrow.refund(channel(), AMOUNT);

        vm.recordLogs();
        deposit(500);

        assertChannel(1_500, 1_000);
        assertNotEmitted(IBatchSettlement.ChannelCreated.selector);
    }

    function test_GivenPendingWithdrawal() external {
        deposit(AMOUNT);
        initiateWithdraw(4_000);

        deposit(AMOUNT);

        assertWithdrawal(4_000, block.timestamp);
    }

    function test_GivenNoPayerAuthorizer() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.payerAuthorizer = address(0);

        deposit(config, PAYER_KEY, AMOUNT);

        assertTokens(address(escrow), AMOUNT);
    }

    function test_GivenContractWallet() external {
        IBatchSettlement.ChannelConfig memory config = channelOf(address(new KeyWallet(payer)));

        deposit(config, PAYER_KEY, AMOUNT);
        assertTokens(address(escrow), AMOUNT);

        token.mint(config.payer, AMOUNT);
        bytes memory data = depositData(STRANGER_KEY, config, AMOUNT, 77);
        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.deposit(config, AMOUNT, address(collector), data);
    }

    /// @dev Any two deposits add up, in the channel and in the escrow's tokens.
    function testFuzz_AddsUp(uint128 first, uint128 second) external {
        first = bound128(first, 1, type(uint128).max - 1);
        second = bound128(second, 1, type(uint128).max - first);

        deposit(first);
        deposit(second);

        assertChannel(first + second, 0);
        assertTokens(address(escrow), uint256(first) + second);
    }

    /// @dev Any delay outside 15 minutes to 30 days is refused, any inside is not what a deposit is refused for.
    function testFuzz_DelayRange(uint40 delay) external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.withdrawDelay = delay;

        bool inRange = delay >= 900 && delay <= 2_592_000;
        vm.expectRevert(
            inRange ? IBatchSettlement.ZeroDeposit.selector : IBatchSettlement.WithdrawDelayOutOfRange.selector
        );
        escrow.deposit(config, 0, address(collector), "");
    }

    function assertNotEmitted(bytes32 topic) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            vm.assertNotEq(logs[i].topics[0], topic, "an event that should not be there");
        }
    }
}
