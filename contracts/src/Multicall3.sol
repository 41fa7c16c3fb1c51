// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Multicall3
/// @notice The part of Multicall3 that x402's packages and viem read a chain through, for local chains that lack it.
contract Multicall3 {
    struct Call {
        address target;
        bytes callData;
    }

    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice A call that had to succeed did not.
    error CallFailed(uint256 index, bytes returnData);

    /// @notice Makes all calls and returns each one's outcome.
    /// @param requireSuccess Whether one failed call reverts them all.
    function tryAggregate(bool requireSuccess, Call[] calldata calls)
        external
        payable
        returns (Result[] memory results)
    {
        results = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = _call(i, calls[i].target, !requireSuccess, calls[i].callData);
        }
    }

    /// @notice Makes all calls and returns each one's outcome; each call says for itself whether it may fail.
    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = _call(i, calls[i].target, calls[i].allowFailure, calls[i].callData);
        }
    }

    /// @notice The native balance of `account`, in wei.
    function getEthBalance(address account) external view returns (uint256 balance) {
        return account.balance;
    }

    function getBlockNumber() external view returns (uint256 blockNumber) {
        return block.number;
    }

    function getCurrentBlockTimestamp() external view returns (uint256 timestamp) {
        return block.timestamp;
    }

    function getChainId() external view returns (uint256 chainid) {
        return block.chainid;
    }

    function _call(uint256 index, address target, bool allowFailure, bytes calldata data)
        private
        returns (Result memory result)
    {
        (result.success, result.returnData) = target.call(data);
        require(result.success || allowFailure, CallFailed(index, result.returnData));
    }
}
