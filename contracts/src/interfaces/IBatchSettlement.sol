// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title IBatchSettlement
/// @notice The escrow of x402's `batch-settlement` scheme: one-way payment channels. A payer locks tokens for a receiver
/// and signs vouchers, each the running total it may be charged; the receiver's side claims totals and is paid for all
/// its channels in one transfer.
///
/// @dev A channel is its configuration: the id is the configuration's EIP-712 hash, nothing is opened or registered.
///
/// `balance` is what was deposited less what went back to the payer; claims do not lower it. What may still be claimed,
/// refunded or withdrawn is `balance - totalClaimed`. Only recorded claims bind: a voucher that is not claimed before
/// the payer's withdrawal is final is worth nothing any more.
///
/// Errors and events are those of the canonical contract, so that a refusal reads alike on a local chain.
interface IBatchSettlement {
    /// @param payer Whose tokens are locked, and who gets back what is not claimed.
    /// @param payerAuthorizer The key that signs vouchers; zero: `payer` itself, by ERC-1271 if it is a contract.
    /// @param receiver Who is paid.
    /// @param receiverAuthorizer Who besides `receiver` may claim and refund, by call or by signature.
    /// @param token The token locked.
    /// @param withdrawDelay Seconds between the payer's request to withdraw and the withdrawal: 900 to 2,592,000.
    /// @param salt Tells channels apart that are otherwise alike.
    struct ChannelConfig {
        address payer;
        address payerAuthorizer;
        address receiver;
        address receiverAuthorizer;
        address token;
        uint40 withdrawDelay;
        bytes32 salt;
    }

    /// @param maxClaimableAmount The highest total that may be claimed on the channel, since it exists.
    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount;
    }

    /// @param signature The payer's, over the voucher's digest.
    /// @param totalClaimed The total to claim now, up to the voucher's.
    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed;
    }

    /// @notice A deposit came into an empty channel on which nothing was claimed. Happens again after a full refund.
    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);

    /// @notice The last tokens of a channel went back, and nothing was ever claimed on it.
    event ChannelClosed(bytes32 indexed channelId, ChannelConfig config);

    event Deposited(bytes32 indexed channelId, address indexed sender, uint128 amount, uint128 newBalance);
    event Claimed(bytes32 indexed channelId, address indexed sender, uint128 claimAmount, uint128 newTotalClaimed);
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);
    event Refunded(bytes32 indexed channelId, address indexed sender, uint128 amount);
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint40 finalizeAfter);
    event WithdrawFinalized(bytes32 indexed channelId, address indexed sender, uint128 amount);

    /// @notice A party or the token is zero, or the caller is not the payer's side.
    error InvalidChannel();
    error WithdrawDelayOutOfRange();
    error ZeroDeposit();
    error InvalidCollector();
    error DepositOverflow();

    /// @notice The collector did not bring exactly the amount.
    error DepositCollectionFailed();
    error EmptyBatch();
    error NotAuthorizedToClaim();
    error NotReceiverAuthorizer();
    error InvalidSignature();
    error ClaimExceedsCeiling();
    error ClaimExceedsBalance();
    error NotAuthorizedToRefund();
    error InvalidRefundNonce();
    error ZeroRefund();
    error NothingToWithdraw();
    error WithdrawalAlreadyPending();
    error WithdrawAmountExceedsAvailable();
    error NotAuthorizedToFinalizeWithdraw();
    error WithdrawalNotPending();
    error WithdrawDelayNotElapsed();

    /// @notice Locks tokens in a channel. A pending withdrawal is not cancelled by it.
    ///
    /// @dev Emits {ChannelCreated} on an empty channel, then {Deposited}.
    ///
    /// Requirements:
    /// - No party and not the token of `config` may be zero, except `payerAuthorizer`.
    /// - `withdrawDelay` must be in its range.
    /// - `amount` must not be zero.
    /// - `collector` must not be zero, and must bring exactly `amount`.
    ///
    /// Anyone may call it: the payer's authorization is in `collectorData` and names the channel.
    ///
    /// @param amount In the token's smallest unit.
    /// @param collector Fetches the tokens; see {IDepositCollector}.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external;

    /// @notice Records totals on channels of the caller. No tokens move before {settle}.
    ///
    /// @dev Emits {Claimed} for each row that raised its channel's total. A row whose total is not above what is already
    /// claimed is skipped, whatever else is wrong with it. Any other wrong row reverts all of them.
    ///
    /// Requirements, row by row:
    /// - The caller must be the channel's `receiver` or `receiverAuthorizer`, also for a row that is then skipped.
    /// - `totalClaimed` must not exceed the voucher's `maxClaimableAmount`.
    /// - `totalClaimed` must not exceed the channel's balance.
    /// - The voucher must be signed by `payerAuthorizer`: 65 bytes, v 27 or 28, the lower s, never ERC-1271; or by
    ///   `payer`, by key or by ERC-1271, where `payerAuthorizer` is zero.
    function claim(VoucherClaim[] calldata voucherClaims) external;

    /// @notice As {claim}, sent by anyone with the signature of the one `receiverAuthorizer` that all rows share.
    /// @param authorizerSignature Over {getClaimBatchDigest}, by key or by ERC-1271.
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external;

    /// @notice Pays a receiver what was claimed for it in `token` and not yet paid. Nothing to pay is no fault.
    /// @dev Emits {Settled} if something is paid. Anyone may call it: the tokens can only go to `receiver`.
    function settle(address receiver, address token) external;

    /// @notice Gives tokens that are not claimed back to the payer, at the word of the receiver's side.
    ///
    /// @dev Raises the channel's refund nonce first, whether or not something is left to give back: a refund signed for
    /// the nonce before becomes unusable. The amount is cut to what is not claimed, and cuts a pending withdrawal by as
    /// much. Emits {Refunded} if something is given back, and {ChannelClosed} if it was all.
    ///
    /// Requirements:
    /// - The caller must be `receiver` or `receiverAuthorizer`.
    /// - `amount` must not be zero.
    function refund(ChannelConfig calldata config, uint128 amount) external;

    /// @notice As {refund}, sent by anyone with `receiverAuthorizer`'s signature.
    ///
    /// @dev `nonce` must be the channel's refund nonce.
    /// @param receiverAuthorizerSignature Over {getRefundDigest}, by key or by ERC-1271.
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external;

    /// @notice Asks for tokens back without the receiver's consent. The receiver has `withdrawDelay` to claim.
    ///
    /// @dev Emits {WithdrawInitiated}.
    ///
    /// Requirements:
    /// - The caller must be `payer` or `payerAuthorizer`.
    /// - `amount` must not be zero.
    /// - No withdrawal may be pending.
    /// - `amount` must not exceed what is not claimed.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;

    /// @notice Gives the payer what it asked for, cut to what is not claimed by now.
    ///
    /// @dev Emits {WithdrawFinalized}, and {ChannelClosed} if the channel is empty and nothing was ever claimed on it.
    ///
    /// Requirements:
    /// - The caller must be `payer` or `payerAuthorizer`.
    /// - A withdrawal must be pending, and `withdrawDelay` seconds old.
    function finalizeWithdraw(ChannelConfig calldata config) external;

    /// @notice The id of a channel: the EIP-712 digest of its configuration in this contract's domain.
    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);

    /// @notice What the payer signs: `Voucher(bytes32 channelId,uint128 maxClaimableAmount)`.
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);

    /// @notice What the receiver's authorizer signs: `Refund(bytes32 channelId,uint256 nonce,uint128 amount)`.
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32);

    /// @notice What the receiver's authorizer signs: `ClaimBatch(ClaimEntry[] claims)` over
    /// `ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)`.
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32);

    /// @return balance What was deposited less what went back to the payer.
    /// @return totalClaimed What was claimed since the channel exists.
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);

    /// @return amount What the payer asked for, less refunds since.
    /// @return initiatedAt When, in seconds since 1970; zero: no withdrawal is pending.
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);

    /// @notice The nonce that the next signed refund must carry.
    function refundNonce(bytes32 channelId) external view returns (uint256);

    /// @return totalClaimed What was claimed for the receiver in this token, on all its channels.
    /// @return totalSettled What of it was paid.
    function receivers(address receiver, address token)
        external
        view
        returns (uint128 totalClaimed, uint128 totalSettled);
}
