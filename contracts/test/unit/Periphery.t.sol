// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Erc3009DepositCollector} from "../../src/Erc3009DepositCollector.sol";
import {Multicall3} from "../../src/Multicall3.sol";
import {Channels} from "../support/Channels.sol";

contract Collector_Test is Channels {
    /// @dev Whoever could ask in the escrow's place would be sent the payer's deposit.
    function test_RevertWhen_SomebodyElseAsks() external {
        token.mint(payer, 1_000);
        bytes memory data = depositData(PAYER_KEY, channel(), 1_000, 1);
        bytes32 channelId = id();

        vm.prank(stranger);
        vm.expectRevert(Erc3009DepositCollector.OnlyX402BatchSettlement.selector);
        collector.collect(payer, address(token), 1_000, channelId, data);

        assertTokens(payer, 1_000);
    }
}

contract Multicall3_Test is Channels {
    bytes private balanceOfReceiver = abi.encodeCall(token.balanceOf, (receiver));
    bytes private failing = abi.encodeCall(token.transfer, (receiver, 1));
    bytes private failure = abi.encodeWithSignature("Error(string)", "ERC20: transfer amount exceeds balance");

    function test_RevertWhen_CallFailsThatMustSucceed() external {
        Multicall3.Call[] memory calls = new Multicall3.Call[](2);
        calls[0] = Multicall3.Call(address(token), balanceOfReceiver);
        calls[1] = Multicall3.Call(address(token), failing);

        vm.expectRevert(abi.encodeWithSelector(Multicall3.CallFailed.selector, 1, failure));
        multicall3.tryAggregate(true, calls);
    }

    function test_WhenCallFailsThatMay() external {
        Multicall3.Call[] memory calls = new Multicall3.Call[](2);
        calls[0] = Multicall3.Call(address(token), failing);
        calls[1] = Multicall3.Call(address(token), balanceOfReceiver);
        token.mint(receiver, 7);

        Multicall3.Result[] memory results = multicall3.tryAggregate(false, calls);

        vm.assertFalse(results[0].success, "the first fails");
        vm.assertEq(results[0].returnData, failure, "its reason");
        vm.assertTrue(results[1].success, "the second succeeds");
        vm.assertEq(abi.decode(results[1].returnData, (uint256)), 7, "its answer");
    }

    function test_WhenEachCallSaysWhetherItMayFail() external {
        Multicall3.Call3[] memory calls = new Multicall3.Call3[](2);
        calls[0] = Multicall3.Call3(address(token), true, failing);
        calls[1] = Multicall3.Call3(address(token), false, balanceOfReceiver);

        Multicall3.Result[] memory results = multicall3.aggregate3(calls);
        vm.assertFalse(results[0].success, "the first fails");
        vm.assertTrue(results[1].success, "the second succeeds");

        calls[0].allowFailure = false;
        vm.expectRevert(abi.encodeWithSelector(Multicall3.CallFailed.selector, 0, failure));
        multicall3.aggregate3(calls);
    }

    function test_KnowsTheChain() external {
        vm.deal(stranger, 3 ether);

        vm.assertEq(multicall3.getEthBalance(stranger), 3 ether, "balance");
        vm.assertEq(multicall3.getBlockNumber(), block.number, "block");
        vm.assertEq(multicall3.getCurrentBlockTimestamp(), block.timestamp, "time");
        vm.assertEq(multicall3.getChainId(), 84532, "chain");
    }
}
