// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title IErc3009
/// @notice Transfers that the holder signs and anybody sends (EIP-3009), as version 2.2 of USDC has them.
///
/// @dev Each function exists twice: with `v, r, s` for a key's signature, and with `bytes`, which carries a contract
/// wallet's signature (ERC-1271) as well. An authorization holds from `validAfter` to `validBefore`, both exclusive, in
/// seconds since 1970; its nonce is any 32 bytes, used once.
interface IErc3009 {
    /// @notice An authorization was used: its transfer happened.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /// @notice An authorization was cancelled before it was used.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice Whether `authorizer` used or cancelled the authorization with this nonce.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);

    /// @notice Makes a transfer that `from` signed. Anyone may send it.
    ///
    /// @dev Emits {AuthorizationUsed} and a transfer.
    ///
    /// Requirements:
    /// - The block's time must be above `validAfter` and below `validBefore`.
    /// - `nonce` must be unused.
    /// - The signature must be `from`'s over `TransferWithAuthorization`.
    /// - `from` must hold `value`.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external;

    /// @notice As {transferWithAuthorization} with bytes.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Makes a transfer that `from` signed for `to` to fetch.
    ///
    /// @dev As {transferWithAuthorization}, over `ReceiveWithAuthorization`; only `to` may send it, so that nobody can
    /// let the tokens arrive without what `to` does when it fetches them.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external;

    /// @notice As {receiveWithAuthorization} with bytes.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Makes an unused authorization unusable.
    ///
    /// @dev Emits {AuthorizationCanceled}. The signature must be `authorizer`'s over `CancelAuthorization`.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) external;

    /// @notice As {cancelAuthorization} with bytes.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
}
