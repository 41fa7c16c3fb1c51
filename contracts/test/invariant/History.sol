// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {Channels} from "../support/Channels.sol";

/// @notice The steps that a random history is made of, and what the contract cannot know: what was deposited, signed and
/// given. No step may revert: each asks for something that is possible, or does nothing.
contract History is Channels {
    uint256 public constant CHANNELS = 4;
    uint128 private constant MOST = 1e12;

    address[2] public payees = [address(0x5ee), address(0x5ff)];
    /// @dev Everything that is asked for at each step, kept at hand.
    bytes32[] public ids;
    address[] public payers;

    IBatchSettlement.ChannelConfig[] private configs;
    uint256[] private payerKeys;
    IBatchSettlement.VoucherClaim[] private claimed;

    mapping(uint256 index => uint128) public deposited;
    mapping(uint256 index => uint128) public highestSigned;
    mapping(uint256 index => uint256) public refunds;
    uint256 public given;
    uint256 public minted;
    uint256[] private risingBefore;

    modifier totalsOnlyRise() {
        _;
        uint256[] memory rising = risingTotals();
        for (uint256 i = 0; i < risingBefore.length; ++i) {
            vm.assertGe(rising[i], risingBefore[i], "10: a total fell");
        }
        risingBefore = rising;
    }

    /// @dev Each payer has one channel, half of them with each receiver; every third channel has no payer's authorizer.
    constructor() {
        setUp();
        for (uint256 i = 0; i < CHANNELS; ++i) {
            uint256 key = 0xA0 + i;
            IBatchSettlement.ChannelConfig memory opened = channelOf(vm.addr(key));
            opened.receiver = payees[i % 2];
            if (i % 3 == 0) opened.payerAuthorizer = address(0);
            configs.push(opened);
            ids.push(escrow.getChannelId(opened));
            payers.push(opened.payer);
            payerKeys.push(key);
        }
    }

    function deposit(uint256 index, uint128 amount) external totalsOnlyRise {
        index %= CHANNELS;
        amount = bound128(amount, 1, MOST);
        deposited[index] += amount;
        minted += amount;
        deposit(configs[index], payerKeys[index], amount);
    }

    /// @dev The payer signs a voucher, and the receiver's side claims any total that it covers.
    function claim(uint256 index, uint128 ceiling, uint128 total, uint256 how) external totalsOnlyRise {
        index %= CHANNELS;
        ceiling = share(ceiling, 2 * MOST);
        if (ceiling > highestSigned[index]) highestSigned[index] = ceiling;
        (uint128 balance,) = escrow.channels(ids[index]);
        IBatchSettlement.VoucherClaim memory one =
            row(configs[index], payerKeys[index], ceiling, share(total, ceiling < balance ? ceiling : balance));
        claimed.push(one);
        send(only(one), how);
    }

    /// @dev Rows of before, in any pair, some with a total that is lowered.
    function replay(uint256 first, uint256 second, uint128 lower, uint256 how) external {
        if (claimed.length == 0) return;
        IBatchSettlement.VoucherClaim[] memory rows =
            both(claimed[first % claimed.length], claimed[second % claimed.length]);
        rows[1].totalClaimed = bound128(lower, 0, rows[1].totalClaimed);
        if (rows[0].voucher.channel.receiver != rows[1].voucher.channel.receiver) how = 2;
        bytes32 before = fingerprint();

        send(rows, how);

        vm.assertEq(fingerprint(), before, "9: a replayed row changed something");
    }

    function settle(uint256 payee, address sender) external totalsOnlyRise {
        vm.prank(sender);
        escrow.settle(payees[payee % 2], address(token));
    }

    function refund(uint256 index, uint128 amount, bool bySignature) external totalsOnlyRise {
        index %= CHANNELS;
        amount = bound128(amount, 1, MOST / 4);
        ++refunds[index];
        if (!bySignature) {
            vm.prank(configs[index].receiver);
            escrow.refund(configs[index], amount);
            return;
        }
        uint256 nonce = escrow.refundNonce(ids[index]);
        bytes memory signature = signed(AUTHORIZER_KEY, escrow.getRefundDigest(ids[index], nonce, amount));
        vm.prank(stranger);
        escrow.refundWithSignature(configs[index], amount, nonce, signature);
    }

    function initiateWithdraw(uint256 index, uint128 amount) external totalsOnlyRise {
        index %= CHANNELS;
        (uint128 balance, uint128 totalClaimed) = escrow.channels(ids[index]);
        (, uint40 initiatedAt) = escrow.pendingWithdrawals(ids[index]);
        if (initiatedAt != 0 || balance == totalClaimed) return;

        vm.prank(payers[index]);
        escrow.initiateWithdraw(configs[index], share(amount, balance - totalClaimed));
    }

    /// @dev Waits for a withdrawal that is not due.
    function finalizeWithdraw(uint256 index) external totalsOnlyRise {
        index %= CHANNELS;
        (, uint40 initiatedAt) = escrow.pendingWithdrawals(ids[index]);
        if (initiatedAt == 0) return;

        uint256 due = uint256(initiatedAt) + DELAY;
        if (block.timestamp < due) vm.warp(due);
        vm.prank(payers[index]);
        escrow.finalizeWithdraw(configs[index]);
    }

    function give(uint128 amount) external {
        amount = bound128(amount, 1, MOST);
        given += amount;
        minted += amount;
        token.mint(address(escrow), amount);
    }

    function pass(uint256 delay) external {
        vm.warp(block.timestamp + bound(delay, 1, 2 * DELAY));
    }

    /// @dev Every fourth time all there is, else something of it. Numbers as they come are small beside a channel's, and
    /// what is claimed and what is asked back would never meet.
    function share(uint128 number, uint128 most) private pure returns (uint128) {
        return number % 4 == 0 || most == 0 ? most : bound128(number, 1, most);
    }

    /// @dev By the receiver, by its authorizer, or by a stranger with the authorizer's signature.
    function send(IBatchSettlement.VoucherClaim[] memory rows, uint256 how) private {
        if (how % 3 == 2) {
            bytes memory signature = signed(AUTHORIZER_KEY, escrow.getClaimBatchDigest(rows));
            vm.prank(stranger);
            escrow.claimWithSignature(rows, signature);
            return;
        }
        vm.prank(how % 3 == 0 ? rows[0].voucher.channel.receiver : authorizer);
        escrow.claim(rows);
    }

    function risingTotals() private view returns (uint256[] memory totals) {
        totals = new uint256[](2 * CHANNELS + 2 * payees.length);
        for (uint256 i = 0; i < CHANNELS; ++i) {
            (, totals[2 * i]) = escrow.channels(ids[i]);
            totals[2 * i + 1] = escrow.refundNonce(ids[i]);
        }
        for (uint256 i = 0; i < payees.length; ++i) {
            uint256 next = 2 * (CHANNELS + i);
            (totals[next], totals[next + 1]) = escrow.receivers(payees[i], address(token));
        }
    }

    /// @dev Everything that is written anywhere.
    function fingerprint() private view returns (bytes32 mark) {
        mark = bytes32(token.balanceOf(address(escrow)));
        for (uint256 i = 0; i < CHANNELS; ++i) {
            bytes32 channelId = ids[i];
            (uint128 balance, uint128 totalClaimed) = escrow.channels(channelId);
            (uint128 amount, uint40 initiatedAt) = escrow.pendingWithdrawals(channelId);
            uint256 tokens = token.balanceOf(payers[i]);
            mark = keccak256(
                abi.encode(mark, balance, totalClaimed, amount, initiatedAt, escrow.refundNonce(channelId), tokens)
            );
        }
        for (uint256 i = 0; i < payees.length; ++i) {
            (uint128 totalClaimed, uint128 totalSettled) = escrow.receivers(payees[i], address(token));
            mark = keccak256(abi.encode(mark, totalClaimed, totalSettled, token.balanceOf(payees[i])));
        }
    }
}
