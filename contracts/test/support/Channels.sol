// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {Placed} from "./Placed.sol";

/// @notice Channels, and what their parties sign and send.
abstract contract Channels is Placed {
    uint40 internal constant DELAY = 15 minutes;

    uint256 private deposits;

    /// @dev The channel most tests speak of: the payer signs its own vouchers.
    function channelOf(address payer_) internal view returns (IBatchSettlement.ChannelConfig memory) {
        return IBatchSettlement.ChannelConfig({
            payer: payer_,
            payerAuthorizer: payer_,
            receiver: receiver,
            receiverAuthorizer: authorizer,
            token: address(token),
            withdrawDelay: DELAY,
            salt: 0
        });
    }

    function channel() internal view returns (IBatchSettlement.ChannelConfig memory) {
        return channelOf(payer);
    }

    function depositDigest(address from, bytes32 channelId, uint256 amount, uint256 salt)
        internal
        view
        returns (bytes32)
    {
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        bytes32 structHash = keccak256(
            abi.encode(
                token.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                from,
                address(collector),
                amount,
                uint256(0),
                type(uint256).max,
                nonce
            )
        );
        return typedDataHash(token.DOMAIN_SEPARATOR(), structHash);
    }

    /// @dev What the collector reads: an authorization of `amount` for the channel, signed by `key`.
    function depositData(uint256 key, IBatchSettlement.ChannelConfig memory config, uint256 amount, uint256 salt)
        internal
        view
        returns (bytes memory)
    {
        bytes32 digest = depositDigest(config.payer, escrow.getChannelId(config), amount, salt);
        return abi.encode(uint256(0), type(uint256).max, salt, signed(key, digest));
    }

    /// @dev Mints `amount` to the channel's payer, who deposits it.
    function deposit(IBatchSettlement.ChannelConfig memory config, uint256 key, uint128 amount) internal {
        token.mint(config.payer, amount);
        bytes memory data = depositData(key, config, amount, ++deposits);
        escrow.deposit(config, amount, address(collector), data);
    }

    function deposit(uint128 amount) internal {
        deposit(channel(), PAYER_KEY, amount);
    }

    /// @dev A row whose voucher `key` signed.
    function row(IBatchSettlement.ChannelConfig memory config, uint256 key, uint128 ceiling, uint128 total)
        internal
        view
        returns (IBatchSettlement.VoucherClaim memory)
    {
        bytes32 digest = escrow.getVoucherDigest(escrow.getChannelId(config), ceiling);
        return IBatchSettlement.VoucherClaim({
            voucher: IBatchSettlement.Voucher({channel: config, maxClaimableAmount: ceiling}),
            signature: signed(key, digest),
            totalClaimed: total
        });
    }

    function only(IBatchSettlement.VoucherClaim memory one)
        internal
        pure
        returns (IBatchSettlement.VoucherClaim[] memory rows)
    {
        rows = new IBatchSettlement.VoucherClaim[](1);
        rows[0] = one;
    }

    function both(IBatchSettlement.VoucherClaim memory one, IBatchSettlement.VoucherClaim memory other)
        internal
        pure
        returns (IBatchSettlement.VoucherClaim[] memory rows)
    {
        rows = new IBatchSettlement.VoucherClaim[](2);
        (rows[0], rows[1]) = (one, other);
    }

    /// @dev The receiver claims `total` of the payer's channel under a voucher of just as much.
    function claim(uint128 total) internal {
        IBatchSettlement.VoucherClaim[] memory rows = only(row(channel(), PAYER_KEY, total, total));
        vm.prank(receiver);
        escrow.claim(rows);
    }

    function initiateWithdraw(uint128 amount) internal {
        vm.prank(payer);
        escrow.initiateWithdraw(channel(), amount);
    }

    function id() internal view returns (bytes32) {
        return escrow.getChannelId(channel());
    }

    function assertChannel(uint128 balance, uint128 totalClaimed) internal view {
        (uint128 foundBalance, uint128 foundClaimed) = escrow.channels(id());
        vm.assertEq(foundBalance, balance, "channel's balance");
        vm.assertEq(foundClaimed, totalClaimed, "channel's total claimed");
    }

    function assertReceiver(uint128 totalClaimed, uint128 totalSettled) internal view {
        (uint128 foundClaimed, uint128 foundSettled) = escrow.receivers(receiver, address(token));
        vm.assertEq(foundClaimed, totalClaimed, "receiver's total claimed");
        vm.assertEq(foundSettled, totalSettled, "receiver's total settled");
    }

    function assertWithdrawal(uint128 amount, uint256 initiatedAt) internal view {
        (uint128 foundAmount, uint40 foundAt) = escrow.pendingWithdrawals(id());
        vm.assertEq(foundAmount, amount, "withdrawal's amount");
        vm.assertEq(foundAt, initiatedAt, "withdrawal's time");
    }

    function assertTokens(address account, uint256 units) internal view {
        vm.assertEq(token.balanceOf(account), units, "tokens");
    }
}
