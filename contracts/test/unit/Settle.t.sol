// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {CallingToken} from "../doubles/CallingToken.sol";
import {ShortCollector} from "../doubles/ShortCollector.sol";
import {Channels} from "../support/Channels.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract Settle_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function test_WhenNothingWasClaimed() external {
        claim(700);
        escrow.settle(receiver, address(token));

        vm.recordLogs();
        escrow.settle(receiver, address(token));

        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
        assertTokens(receiver, 700);
    }

    function test_WhenSomethingWasClaimed() external {
        deposit(channelOf(stranger), STRANGER_KEY, AMOUNT);
        IBatchSettlement.VoucherClaim[] memory rows =
            both(row(channel(), PAYER_KEY, 700, 700), row(channelOf(stranger), STRANGER_KEY, 300, 300));
        vm.prank(receiver);
        escrow.claim(rows);

        vm.expectEmit(address(escrow));
        emit IBatchSettlement.Settled(receiver, address(token), stranger, 1_000);
        vm.prank(stranger);
        escrow.settle(receiver, address(token));

        assertTokens(receiver, 1_000);
        assertReceiver(1_000, 1_000);
        assertChannel(AMOUNT, 700);
        assertTokens(address(escrow), 2 * AMOUNT - 1_000);
    }

    function test_WhenSomethingWasClaimedForAnother() external {
        claim(700);

        escrow.settle(stranger, address(token));
        escrow.settle(receiver, stranger);

        assertReceiver(700, 0);
        assertTokens(stranger, 0);
    }

    function test_RevertGiven_TokenCallsBack() external {
        CallingToken calling = new CallingToken();
        IBatchSettlement.ChannelConfig memory config = channel();
        config.token = address(calling);
        escrow.deposit(config, AMOUNT, address(new ShortCollector()), abi.encode(AMOUNT));
        IBatchSettlement.VoucherClaim[] memory rows = only(row(config, PAYER_KEY, 700, 700));
        vm.prank(receiver);
        escrow.claim(rows);
        calling.callBackWith(abi.encodeCall(escrow.settle, (receiver, address(calling))));

        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        escrow.settle(receiver, address(calling));
    }

    /// @dev However claims and settlements alternate, the receiver ends with what was claimed.
    function testFuzz_PaysWhatWasClaimed(uint128[6] calldata totals, uint8 settlements) external {
        uint128 highest;
        for (uint256 i = 0; i < totals.length; ++i) {
            uint128 total = bound128(totals[i], 1, AMOUNT);
            claim(total);
            if (total > highest) highest = total;
            if ((settlements >> i) & 1 == 1) escrow.settle(receiver, address(token));
        }
        escrow.settle(receiver, address(token));

        assertTokens(receiver, highest);
        assertReceiver(highest, highest);
        assertTokens(address(escrow), AMOUNT - highest);
    }
}
