// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title IDepositCollector
/// @notice Brings a payer's tokens to the escrow that asks for them. One collector for each way to authorize a transfer.
interface IDepositCollector {
    /// @notice Moves `amount` of `token` from `payer` to the calling escrow.
    ///
    /// @dev Requirements:
    /// - The caller must be the escrow: a payer's authorization names the collector as recipient, so whoever may call
    ///   decides where the tokens go.
    /// - `collectorData` must carry the payer's authorization of exactly `amount`, bound to `channelId`.
    ///
    /// @param payer Whose tokens are moved.
    /// @param token The token moved.
    /// @param amount How many, in the token's smallest unit.
    /// @param channelId The channel they are for.
    /// @param collectorData The payer's authorization, encoded as the collector documents.
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData)
        external;
}
